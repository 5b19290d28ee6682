// A browser without a screen: it keeps cookies per server, follows where it is sent, and stops where it is told to.
const MOST = 10;

export class Browser {
    constructor() {
        this.jars = new Map();
    }

    jar(url) {
        const { host } = new URL(url);
        if (!this.jars.has(host)) this.jars.set(host, new Map());
        return this.jars.get(host);
    }

    cookie(url, name) {
        return this.jar(url).get(name)?.value;
    }

    async send(url, options = {}) {
        const { pathname } = new URL(url);
        const sent = [...this.jar(url)].filter(([, { path }]) => pathname.startsWith(path));
        const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
        const answer = await fetch(url, { ...options, redirect: 'manual', headers: { ...options.headers, cookie } });
        for (const line of answer.headers.getSetCookie()) {
            const [pair, ...rules] = line.split(';').map((part) => part.trim());
            const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
            const rule = (wanted) => rules.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
            const gone = rule('max-age') === '0' || Date.parse(rule('expires') ?? '') < Date.now();
            if (gone || value === '' || value === '""') this.jar(url).delete(name);
            else this.jar(url).set(name, { value, path: rule('path') ?? '/', hidden: /;\s*httponly/i.test(line) });
        }
        return answer;
    }

    /** Follows until an address that `stop` accepts, or a page; answers the address and the page. */
    async go(url, stop = () => false, options) {
        let [at, how] = [url, options];
        for (let step = 0; step < MOST; step++) {
            if (stop(at)) return { url: at };
            const answer = await this.send(at, how);
            const next = answer.headers.get('location');
            if (!next) return { url: at, status: answer.status, text: await answer.text() };
            [at, how] = [new URL(next, at).href, undefined];
        }
        throw new Error(`sent on and on, at last to ${at}`);
    }
}
