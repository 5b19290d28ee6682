"""Anthropic's own package against airis, whatever provider answers."""
import unittest

import anthropic

from server import BASE, LOCAL, asked, key

TOOL = {"name": "get_time", "description": "The time",
        "input_schema": {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]}}
# This package sends no temperature by itself any more.
GREEDY = {"temperature": 0}
PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}


def say(content):
    return [{"role": "user", "content": content}]


class Anthropic(unittest.TestCase):
    def setUp(self):
        self.client = anthropic.Anthropic(base_url=f"{BASE}/api", api_key=key(), max_retries=0)
        self.ask = lambda **more: self.client.messages.create(**{"model": "mock-alpha", "max_tokens": 64, **more})

    def tearDown(self):
        self.client.close()

    def test_a_message_is_answered(self):
        reply = self.ask(system="Be kind", messages=say("hello"), stop_sequences=["END"], extra_body={"temperature": 0.5})
        self.assertEqual([(block.type, block.text) for block in reply.content], [("text", "[mock-alpha] You said: hello")])
        self.assertEqual((reply.role, reply.model, reply.stop_reason), ("assistant", "mock-alpha", "end_turn"))
        self.assertGreater(reply.usage.output_tokens, 0)
        sent = asked("/chat/completions")
        self.assertEqual(sent["messages"][0], {"role": "system", "content": "Be kind"})
        self.assertEqual((sent["stop"], sent["max_tokens"], sent["temperature"]), (["END"], 64, 0.5))

    def test_a_token_serves_as_well_as_a_key(self):
        with anthropic.Anthropic(base_url=f"{BASE}/api", api_key=None, auth_token=key(), max_retries=0) as client:
            reply = client.messages.create(model="mock-beta", max_tokens=9, messages=say("x"))
        self.assertEqual(reply.content[0].text, "[mock-beta] You said: x")

    def test_a_message_comes_piece_by_piece(self):
        with self.client.messages.stream(model="mock-alpha", max_tokens=64, messages=say("reason well")) as stream:
            kinds = [event.type for event in stream]
            final = stream.get_final_message()
        self.assertEqual([block.type for block in final.content], ["thinking", "text"])
        self.assertEqual(final.content[1].text, "[mock-alpha] You said: reason well")
        self.assertEqual((kinds[0], kinds[-1], final.stop_reason), ("message_start", "message_stop", "end_turn"))
        self.assertGreater(final.usage.output_tokens, 2)
        self.assertTrue(final.id)

    def test_the_built_in_model_answers(self):
        question = say("What is the capital of France?")
        with self.client.messages.stream(model=LOCAL, max_tokens=16, extra_body=GREEDY, messages=question) as stream:
            text = "".join(stream.text_stream)
            final = stream.get_final_message()
        self.assertIn("Paris", text)
        self.assertEqual(final.usage.output_tokens > 1, True)
        cut = self.ask(model=LOCAL, max_tokens=2, extra_body=GREEDY, messages=question)
        self.assertEqual((cut.stop_reason, cut.usage.output_tokens), ("max_tokens", 2))

    def test_a_tool_is_used_and_its_result_is_answered(self):
        messages = say('tool:get_time {"zone": "UTC"}')
        first = self.ask(messages=messages, tools=[TOOL], tool_choice={"type": "any", "disable_parallel_tool_use": True})
        (use,) = first.content
        self.assertEqual((first.stop_reason, use.type, use.name, use.input), ("tool_use", "tool_use", "get_time", {"zone": "UTC"}))
        sent = asked("/chat/completions")
        self.assertEqual((sent["tool_choice"], sent["parallel_tool_calls"]), ("required", False))
        result = {"type": "tool_result", "tool_use_id": use.id, "content": [{"type": "text", "text": "noon"}]}
        messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
        self.assertEqual(self.ask(messages=messages, tools=[TOOL]).content[0].text, "[mock-alpha] tool said: noon")
        with self.client.messages.stream(model="mock-alpha", max_tokens=9, messages=messages[:1], tools=[TOOL]) as stream:
            (streamed,) = stream.get_final_message().content
        self.assertEqual((streamed.name, streamed.input), ("get_time", {"zone": "UTC"}))

    def test_pictures_and_documents_are_seen(self):
        document = {"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "words"}}
        self.ask(messages=say([{"type": "text", "text": "look"}, PICTURE, document]))
        text, picture, read = asked("/chat/completions")["messages"][0]["content"]
        self.assertEqual((text["text"], read["text"]), ("look", "T\n\nwords"))
        self.assertEqual(picture["image_url"]["url"], "data:image/png;base64,iVBORw0KGgo=")

    def test_tokens_are_counted_where_whoever_runs_the_model_counts(self):
        count = self.client.messages.count_tokens
        self.assertEqual(count(model="mock-alpha", messages=say("one two three")).input_tokens, 3)
        short = count(model=LOCAL, messages=say("hello")).input_tokens
        long = count(model=LOCAL, system="Be kind", messages=say("hello " * 100)).input_tokens
        self.assertGreater(short, 3)
        self.assertGreater(long, count(model=LOCAL, system="Be kind", messages=say("hello")).input_tokens + 90)
        reply = self.ask(model=LOCAL, max_tokens=1, messages=say("hello"))
        self.assertEqual(reply.usage.input_tokens, short, "as many as the model reads")

    def test_failures_are_the_ones_that_programs_expect(self):
        with self.assertRaises(anthropic.BadRequestError):
            self.ask(model="none-such", messages=say("x"))
        with self.assertRaises(anthropic.NotFoundError):
            self.client.messages.count_tokens(model="none-such", messages=say("x"))
        with self.assertRaises(anthropic.RateLimitError) as caught:
            self.ask(messages=say("error429 now"))
        self.assertEqual(caught.exception.body["error"]["type"], "rate_limit_error")
        with self.assertRaises(anthropic.InternalServerError):
            self.ask(messages=say("error500 now"))
        with self.assertRaises(anthropic.InternalServerError):
            self.client.messages.create(model="mock-alpha", max_tokens=9, messages=say("error500 now"), stream=True)
        with anthropic.Anthropic(base_url=f"{BASE}/api", api_key="sk-nobody", max_retries=0) as stranger:
            with self.assertRaises(anthropic.AuthenticationError):
                stranger.messages.create(model="mock-alpha", max_tokens=9, messages=say("x"))

    def test_a_stream_that_breaks_off_says_so(self):
        with self.assertRaises(anthropic.APIError):
            with self.client.messages.stream(model="mock-alpha", max_tokens=9, messages=say("midfail")) as stream:
                list(stream)


if __name__ == "__main__":
    unittest.main()
