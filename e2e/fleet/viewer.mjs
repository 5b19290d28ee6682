// A tab that shows one reply as the web client does, and notices when anything that was shown is taken back.

const PATIENCE = 20_000;
const PAUSE = 100;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Viewer {
    text = '';
    known = 0;
    done = false;
    asking = 0;
    waiting = [];
    filled = new Set();
    problems = [];
    /** What went wrong with the reply, as it was told. */
    error = null;
    /** When the text last grew, and the longest time between two such moments; ms. */
    grown = 0;
    silence = 0;

    /** Begins to listen, before the reply is asked for. `chat_id` and `read`, which gets the stored reply, come later. */
    constructor(socket, message_id) {
        Object.assign(this, { socket, message_id });
        this.hears = (event, envelope) => this.hear(event, envelope);
        this.returns = () => this.resume();
        socket.onAny(this.hears);
        // After a lost connection the tab asks for what it missed, and ignores what is older than the answer.
        socket.on('connect', this.returns);
    }

    /** Looks elsewhere. */
    leave() {
        this.socket.offAny(this.hears);
        this.socket.off('connect', this.returns);
    }

    /** The reply was asked for: where it is, and how it is read. */
    began(chat_id, read) {
        Object.assign(this, { chat_id, read });
        this.paint();
    }

    /** The state so far, with at least the events up to `before`; what is heard meanwhile waits. */
    async resume(before = 0) {
        if (!this.chat_id) return;
        this.asking += 1;
        // Whoever gets no answer asks again: what follows must not be shown without what came before it.
        for (const end = Date.now() + PATIENCE; !this.done && !(await this.ask()) && Date.now() < end; ) await sleep(PAUSE);
        for (const end = Date.now() + PATIENCE; !this.done && this.known < before && Date.now() < end; await this.ask()) await sleep(PAUSE);
        this.asking -= 1;
        this.paint();
    }

    /** False when nobody answered. */
    async ask() {
        const { chat_id, message_id } = this;
        const live = await this.socket.timeout(5_000).emitWithAck('events:chat', { chat_id, data: { type: 'resume', data: { message_id } } }).catch(() => null);
        if (!live) {
            const reply = await this.read();
            if (reply?.done) {
                this.show(reply.content, 'read again');
                this.end();
            }
            return this.done;
        }
        if (live.seq < this.known) return true;
        this.known = live.seq;
        this.show(textOf(live.output), 'resumed');
        return true;
    }

    hear(event, envelope) {
        if (event !== 'events' || envelope?.message_id !== this.message_id || envelope.shared) return;
        this.waiting.push(envelope);
        this.paint();
    }

    paint() {
        while (this.waiting.length && !this.asking) {
            const [envelope] = this.waiting;
            // Nothing is known of the chat yet: what is missing is asked for when it has its name.
            if (this.lacks(envelope)) return void (this.chat_id && this.resume(envelope.seq - 1));
            this.waiting.shift();
            this.take(envelope);
        }
    }

    /** Whether something before this event never arrived, be it the beginning. */
    lacks({ seq, data }) {
        if (this.done || seq === undefined || seq <= this.known + 1 || data.data?.output || this.filled.has(seq)) return false;
        // Said once of each.
        if (this.chat_id) this.filled.add(seq);
        return true;
    }

    take(envelope) {
        // Late news of a reply that was read as a whole.
        if (this.done) return;
        const { type, data } = envelope.data;
        if (envelope.seq !== undefined) {
            if (envelope.seq <= this.known) return;
            this.known = envelope.seq;
        }
        if (data?.type === 'response.output_text.delta') this.show(this.text + data.delta, 'a delta');
        if (type === 'chat:completion' && data?.output) this.show(textOf(data.output), 'a snapshot');
        if (type === 'chat:message:error' || data?.error) {
            this.error = data;
            this.problems.push(`told: ${JSON.stringify(data)}`);
        }
        if (type === 'chat:message:error' && data?.done) this.end();
        if (type === 'chat:completion' && data?.done) this.end();
    }

    show(text, why) {
        if (!text.startsWith(this.text)) this.problems.push(`${why} changed "${this.text.slice(-40)}" to "${text.slice(-40)}"`);
        const now = Date.now();
        if (this.grown && text !== this.text) this.silence = Math.max(this.silence, now - this.grown);
        if (text !== this.text) this.grown = now;
        this.text = text;
    }

    end() {
        this.done = true;
        this.ended = Date.now();
    }
}

/** What people read of a reply. */
export const textOf = (output) =>
    output.filter((item) => item.type === 'message').flatMap((item) => item.content ?? []).map((part) => part.text ?? '').join('');
