// A tab that shows one reply as the web client does, and notices when anything that was shown is taken back.

export class Viewer {
    text = '';
    known = 0;
    done = false;
    asking = 0;
    waiting = [];
    filled = new Set();
    problems = [];

    /** Begins to listen, before the reply is asked for. `chat_id` and `read`, which gets the stored reply, come later. */
    constructor(socket, message_id) {
        Object.assign(this, { socket, message_id });
        socket.onAny((event, envelope) => this.hear(event, envelope));
        // After a lost connection the tab asks for what it missed, and ignores what is older than the answer.
        socket.on('connect', () => this.resume());
    }

    /** The state so far; what is heard meanwhile waits. */
    async resume() {
        if (!this.chat_id) return;
        this.asking += 1;
        await this.ask();
        this.asking -= 1;
        this.paint();
    }

    async ask() {
        const { chat_id, message_id } = this;
        const live = await this.socket.timeout(10_000).emitWithAck('events:chat', { chat_id, data: { type: 'resume', data: { message_id } } }).catch(() => null);
        if (!live) {
            const reply = await this.read();
            if (reply?.done) {
                this.show(reply.content, 'read again');
                this.done = true;
            }
            return;
        }
        if (live.seq < this.known) return;
        this.known = live.seq;
        this.show(textOf(live.output), 'resumed');
    }

    hear(event, envelope) {
        if (event !== 'events' || envelope?.message_id !== this.message_id || envelope.shared) return;
        this.waiting.push(envelope);
        this.paint();
    }

    paint() {
        while (this.waiting.length && !this.asking) {
            const [envelope] = this.waiting;
            if (this.lacks(envelope)) return void this.resume();
            this.waiting.shift();
            this.take(envelope);
        }
    }

    /** Whether something before this event never arrived; said once of each. */
    lacks({ seq, data }) {
        if (seq === undefined || !this.known || seq <= this.known + 1 || data.data?.output || this.filled.has(seq)) return false;
        return this.filled.add(seq);
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
        if (type === 'chat:message:error' || data?.error) this.problems.push(`told: ${JSON.stringify(data)}`);
        if (type === 'chat:completion' && data?.done) this.done = true;
    }

    show(text, why) {
        if (!text.startsWith(this.text)) this.problems.push(`${why} changed "${this.text.slice(-40)}" to "${text.slice(-40)}"`);
        this.text = text;
    }
}

/** What people read of a reply. */
export const textOf = (output) =>
    output.filter((item) => item.type === 'message').flatMap((item) => item.content ?? []).map((part) => part.text ?? '').join('');
