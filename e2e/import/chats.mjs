// Chats of every shape that people have: made by turns, sent whole, brought in from elsewhere.
import { randomUUID } from 'node:crypto';

const MODEL = 'mock-alpha';
export const EVERYWHERE = 'Grüße, 世界, שלום, नमस्ते, 👩‍👩‍👧‍👦🏳️‍🌈, e\u0301, \u202Eright to left\u202C, tab\tand\u0001control, <script>alert(1)</script> & "quotes" \\ \u2028';

const user = (id, parentId, content, more = {}) => ({ id, parentId, childrenIds: [], role: 'user', content, timestamp: 1_700_000_000, models: [MODEL], ...more });
const reply = (id, parentId, content, more = {}) => ({
    id, parentId, childrenIds: [], role: 'assistant', content, model: MODEL, modelName: 'Mock Alpha', modelIdx: 0, timestamp: 1_700_000_001, done: true, ...more,
});

/** A chat object of these messages; children follow from parents. */
export function chatOf(title, messages, more = {}) {
    const byId = Object.fromEntries(messages.map((message) => [message.id, message]));
    for (const { id, parentId } of messages) if (!byId[parentId]?.childrenIds.includes(id)) byId[parentId]?.childrenIds.push(id);
    return { title, models: [MODEL], params: {}, tags: [], files: [], timestamp: 1_700_000_000_123, history: { messages: byId, currentId: messages.at(-1)?.id ?? null }, ...more };
}

/** Questions and replies, one after the other. */
export function line(count, text) {
    const ids = Array.from({ length: count }, () => randomUUID());
    return ids.map((id, at) => (at % 2 ? reply : user)(id, ids[at - 1] ?? null, `${text} ${at}`, { timestamp: 1_700_000_000 + at }));
}

/** Asks a model, as the web client does; answers what it made when nothing is under way any more. */
export async function turn(person, question, { chat, parent = null, model = MODEL, message = {}, ...more } = {}) {
    const [asked, replied] = [randomUUID(), randomUUID()];
    const answer = await person.post('/api/chat/completions', {
        model, stream: true, ...(chat && { chat_id: chat }), id: replied, message_ids: [{ model_id: model, message_id: replied, modelIdx: 0 }],
        parent_id: parent, user_message: user(asked, parent, question, { childrenIds: [replied], models: [model], ...message }), session_id: 'nobody-listens',
        background_tasks: { title_generation: !chat, tags_generation: !chat, follow_up_generation: true }, features: {}, params: {}, variables: {}, ...more,
    });
    return settled(person, answer.chat_id, asked, replied);
}

/** Asks a model, as programs do that store their chats first: the other server then forgets which question the reply is to. */
export async function plainTurn(person, question) {
    const [asked, replied] = [randomUUID(), randomUUID()];
    const both = [user(asked, null, question), reply(replied, asked, '', { done: false })];
    const { id } = await person.post('/api/v1/chats/new', { chat: chatOf('Asked by a program', both) });
    const messages = [{ role: 'user', content: question }];
    await person.post('/api/chat/completions', { model: MODEL, stream: true, messages, chat_id: id, id: replied, parent_id: asked, session_id: 'nobody-listens' });
    return settled(person, id, asked, replied);
}

async function settled(person, id, asked, replied) {
    await person.until(`/api/tasks/chat/${id}`, (tasks) => tasks.task_ids.length === 0);
    return { id, asked, replied };
}

/** Chats that are sent whole. */
export function whole() {
    const [q, a, b, c, q2, a2] = Array.from({ length: 6 }, () => randomUUID());
    const picture = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const rich = {
        sources: [{ source: { name: 'a.txt', type: 'file', id: 'f' }, document: ['one', 'two'], metadata: [{ source: 'a.txt', page: 0 }, { source: 'a.txt', page: 1 }], distances: [0.1, 0.25] }],
        statusHistory: [{ action: 'knowledge_search', query: 'x', done: true }, { description: 'Thought', done: true, hidden: false }],
        followUps: ['What then?', 'Why?'], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7, cost: 0.000123, big: 9007199254740993 },
        annotation: { rating: 1, comment: EVERYWHERE, tags: ['a'], details: { rating: 8 } }, feedbackId: 'no-such', embeds: ['<b>embed</b>'],
        code_executions: [{ id: 'x', name: 'code', code: 'print(1)', language: 'python', result: { output: '1', files: [] } }], merged: { status: true, content: 'both' },
        files: [{ type: 'image', url: picture }], lastSentence: 'x', selectedModelId: MODEL, custom: { deep: [1, null, true, { x: 1.5 }] },
    };
    const branches = [
        user(q, null, 'Which way?'), reply(a, q, 'Left.'), reply(b, q, 'Right.', { modelIdx: 1, model: 'mock-beta' }),
        reply(c, q, 'Neither.', { done: false }), user(q2, a, 'And now?'), reply(a2, q2, 'Wait.', rich),
    ];
    return {
        branches: chatOf('Branches', branches, { history: undefined }),
        ways: { ...chatOf('Branches of a tree', structuredClone(branches)), models: [MODEL, 'mock-beta'], params: { temperature: 0, system: 'Be brief.', stop: ['a', 'b'] } },
        long: chatOf('Six hundred messages', line(600, EVERYWHERE)),
        everywhere: chatOf(EVERYWHERE, line(4, `${EVERYWHERE} nul:\u0000:`)),
        wide: chatOf('One long message', [user(randomUUID(), null, 'ö'.repeat(1_000_000))]),
        empty: chatOf('Nothing yet', []),
        listed: { title: 'Only a list', models: [MODEL], messages: [{ id: 'l1', role: 'user', content: 'a' }, { id: 'l2', role: 'assistant', content: 'b' }] },
        orphan: chatOf('Parents that are gone', [user('o1', 'gone', 'Who is above me?'), reply('o2', 'o1', 'Nobody.')]),
        failed: chatOf('Failed', [user('e1', null, 'Fail'), reply('e2', 'e1', '', { error: { content: 'It broke' } }), reply('e3', 'e1', '', { error: true })]),
        parts: chatOf('Content in parts', [user('p1', null, [{ type: 'text', text: 'See' }, { type: 'image_url', image_url: { url: picture } }]), reply('p2', 'p1', 'I see.')]),
        output: chatOf('Output items', [user('t1', null, 'Think'), reply('t2', 't1', 'Done.', {
            output: [{ type: 'reasoning', id: 'r', status: 'completed', duration: 2, summary: null, content: [{ type: 'output_text', text: 'Hm.' }] },
                { type: 'message', id: 'm', status: 'completed', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] }],
        })]),
        halved: chatOf(`A picture cut in half ${'😀'.slice(0, 1)}`, line(2, `half ${'😀'.slice(1)}`)),
        untitled: { history: { messages: {}, currentId: null } },
    };
}
