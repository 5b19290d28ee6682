"""OpenAI's own package against airis."""
import unittest

import openai

from server import BASE, EMBEDDER, LOCAL, asked, key

TOOL = {"type": "function", "function": {
    "name": "get_time", "description": "The time", "strict": True,
    "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"], "additionalProperties": False}}}


def say(text):
    return [{"role": "user", "content": text}]


class OpenAI(unittest.TestCase):
    def setUp(self):
        # Every address that programs are told to use.
        self.client = openai.OpenAI(base_url=f"{BASE}/api/v1", api_key=key(), max_retries=0)
        self.older = openai.OpenAI(base_url=f"{BASE}/api", api_key=key(), max_retries=0)
        self.direct = openai.OpenAI(base_url=f"{BASE}/openai", api_key=key(), max_retries=0)

    def tearDown(self):
        for client in (self.client, self.older, self.direct):
            client.close()

    def test_models_are_listed(self):
        for client in (self.client, self.older):
            ids = [model.id for model in client.models.list()]
            self.assertEqual({"mock-alpha", "mock-beta", "llama-mock:latest", LOCAL} - set(ids), set())
        self.assertEqual([model.id for model in self.direct.models.list()], ["mock-alpha", "mock-beta"])

    def test_a_reply_comes_whole(self):
        for client in (self.client, self.older, self.direct):
            reply = client.chat.completions.create(model="mock-alpha", messages=say("hello there"))
            self.assertEqual(reply.choices[0].message.content, "[mock-alpha] You said: hello there")
            self.assertEqual((reply.choices[0].finish_reason, reply.usage.total_tokens > 2), ("stop", True))

    def test_a_reply_comes_piece_by_piece_with_its_usage(self):
        for client in (self.client, self.older, self.direct):
            stream = client.chat.completions.create(
                model="mock-beta", messages=say("hello there"), stream=True, stream_options={"include_usage": True})
            chunks = list(stream)
            text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
            self.assertEqual(text, "[mock-beta] You said: hello there")
            self.assertGreater(len(chunks), 4)
            self.assertEqual([chunk.usage.completion_tokens for chunk in chunks if chunk.usage], [5])

    def test_models_of_ollama_and_of_the_server_itself_answer_in_the_same_shape(self):
        reply = self.client.chat.completions.create(model="llama-mock:latest", messages=say("x"))
        self.assertEqual(reply.choices[0].message.content, "[llama-mock:latest] You said: x")
        question = say("What is the capital of France?")
        asked = {"model": LOCAL, "messages": question, "temperature": 0, "max_tokens": 16}
        pieces = [chunk.choices[0].delta.content or "" for chunk in self.client.chat.completions.create(**asked, stream=True)]
        self.assertIn("Paris", "".join(pieces))
        self.assertGreater(len(pieces), 4)
        whole = self.client.chat.completions.create(**asked)
        self.assertEqual(whole.choices[0].message.content, "".join(pieces))
        self.assertGreater(whole.usage.prompt_tokens, 5)

    def test_a_tool_is_called_and_its_result_is_answered(self):
        messages = say('tool:get_time {"zone": "UTC"}')
        first = self.client.chat.completions.create(model="mock-alpha", messages=messages, tools=[TOOL])
        (called,) = first.choices[0].message.tool_calls
        self.assertEqual((called.function.name, called.function.arguments), ("get_time", '{"zone": "UTC"}'))
        messages += [first.choices[0].message, {"role": "tool", "tool_call_id": called.id, "content": "noon"}]
        second = self.client.chat.completions.create(model="mock-alpha", messages=messages, tools=[TOOL])
        self.assertEqual(second.choices[0].message.content, "[mock-alpha] tool said: noon")

    def test_a_tool_call_is_put_together_from_a_stream(self):
        messages = say('tool:get_time {"zone": "UTC"}')
        with self.client.chat.completions.stream(model="mock-alpha", messages=messages, tools=[TOOL]) as stream:
            for _ in stream:
                pass
            (called,) = stream.get_final_completion().choices[0].message.tool_calls
        self.assertEqual(called.function.parsed_arguments, {"zone": "UTC"})

    def test_pictures_and_parameters_reach_the_provider(self):
        picture = "data:image/png;base64,iVBORw0KGgo="
        content = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": picture}}]
        self.client.chat.completions.create(model="mock-alpha", messages=[{"role": "user", "content": content}], seed=7, top_p=0.5)
        sent = asked("/chat/completions")
        self.assertEqual(sent["messages"][0]["content"][1]["image_url"]["url"], picture)
        self.assertEqual((sent["seed"], sent["top_p"]), (7, 0.5))

    def test_texts_are_embedded(self):
        for model, length in (("mock-alpha", 384), (EMBEDDER, 384)):
            for client in (self.client, self.older):
                answer = client.embeddings.create(model=model, input=["one", "two"])
                self.assertEqual([item.index for item in answer.data], [0, 1])
                self.assertEqual([len(item.embedding) for item in answer.data], [length, length])
        packed = self.client.embeddings.create(model=EMBEDDER, input="one").data[0].embedding
        plain = self.client.embeddings.create(model=EMBEDDER, input="one", encoding_format="float").data[0].embedding
        self.assertIsInstance(plain[0], float)
        for a, b in zip(packed, plain):
            self.assertAlmostEqual(a, b, places=6)
        for wrong in ({"input": [[1, 2]]}, {"input": "x", "dimensions": 3}):
            with self.assertRaises(openai.BadRequestError):
                self.client.embeddings.create(model=EMBEDDER, **wrong)
        with self.assertRaises(openai.NotFoundError):
            self.client.embeddings.create(model="none-such", input="x")

    def test_the_newer_shape_is_handed_on(self):
        reply = self.direct.responses.create(model="mock-alpha", input="hello")
        self.assertEqual(reply.output_text, "[mock-alpha] You said: hello")
        stream = self.direct.responses.create(model="mock-alpha", input="hello", stream=True)
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        self.assertEqual("".join(deltas), "[mock-alpha] You said: hello")

    def test_failures_are_the_ones_that_programs_expect(self):
        ask = self.client.chat.completions.create
        with self.assertRaises(openai.BadRequestError):
            ask(model="none-such", messages=say("x"))
        with self.assertRaises(openai.NotFoundError):
            self.direct.chat.completions.create(model="none-such", messages=say("x"))
        with self.assertRaises(openai.RateLimitError) as caught:
            ask(model="mock-alpha", messages=say("error429 now"))
        self.assertEqual(caught.exception.code, "rate_limit")
        with self.assertRaises(openai.InternalServerError):
            ask(model="mock-alpha", messages=say("error500 now"), stream=True)
        stranger = openai.OpenAI(base_url=f"{BASE}/api/v1", api_key="sk-nobody", max_retries=0)
        with stranger, self.assertRaises(openai.AuthenticationError):
            stranger.models.list()

    def test_a_stream_that_breaks_off_is_no_whole_reply(self):
        stream = self.client.chat.completions.create(model="mock-alpha", messages=say("midfail"), stream=True)
        with self.assertRaises(Exception) as caught:
            list(stream)
        self.assertNotIsInstance(caught.exception, AssertionError)


if __name__ == "__main__":
    unittest.main()
