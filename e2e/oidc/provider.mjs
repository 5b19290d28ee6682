// An OpenID provider with a few people, whom everybody may be who types their name.
//
//     node provider.mjs PORT BASE      BASE: address of the airis that people come from
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, base] = process.argv.slice(2);
const people = {
    ada: { email: 'ada@example.com', name: 'Ada Lovelace', roles: ['staff'], groups: ['red', 'blue'] },
    bob: { email: 'bob@example.com', name: 'Bob', roles: ['staff', 'root'], groups: ['blue'] },
    eve: { email: 'eve@elsewhere.example', name: 'Eve', roles: ['staff'], groups: [] },
    guest: { email: 'guest@example.com', name: 'Guest', roles: ['guest'], groups: [] },
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{
        client_id: 'airis', client_secret: 'a secret of the tests: +/&', redirect_uris: [`${base}/oauth/oidc/login/callback`],
        post_logout_redirect_uris: [`${base}/auth`], backchannel_logout_uri: `${base}/oauth/backchannel-logout`,
        backchannel_logout_session_required: true,
    }],
    claims: { openid: ['sub', 'roles', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key of the tests'] },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email_verified: true, ...people[id] }) }),
    // By itself it tells nobody on this machine that somebody signed out.
    fetch: (url, { dispatcher: _, ...options }) => globalThis.fetch(url, options),
    interactions: { url: (_, interaction) => `/who/${interaction.uid}` },
    // Nobody is asked whether airis may know them.
    async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
    },
});

const answer = provider.callback();
const form = `<!doctype html><html lang="en"><title>Example</title><form method="post">
    <label>Who are you? <input name="login"></label><button>Sign in at Example</button><button name="refuse" value="1">No</button></form>`;

async function ask(request, response) {
    if (request.method !== 'POST') return response.setHeader('content-type', 'text/html').end(form);
    let body = '';
    for await (const part of request) body += part;
    const said = new URLSearchParams(body);
    const result = said.has('refuse')
        ? { error: 'access_denied', error_description: 'Ada said no' }
        : { login: { accountId: said.get('login') } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

createServer((request, response) => {
    const asking = request.url.startsWith('/who/') ? ask(request, response) : answer(request, response);
    Promise.resolve(asking).catch((error) => response.writeHead(500).end(String(error)));
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
