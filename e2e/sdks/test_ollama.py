"""Ollama's own package against airis, which stands before an Ollama server."""
import unittest

import ollama

from server import BASE, key

MODEL = "llama-mock:latest"


class Ollama(unittest.TestCase):
    def setUp(self):
        self.client = ollama.Client(host=f"{BASE}/ollama", headers={"Authorization": f"Bearer {key()}"})

    def test_models_are_listed_and_shown(self):
        self.assertEqual([model.model for model in self.client.list().models], [MODEL])
        self.assertEqual(self.client.show(MODEL).capabilities, ["completion"])
        self.assertEqual(self.client.ps().models, [])

    def test_a_chat_comes_whole_and_piece_by_piece(self):
        messages = [{"role": "user", "content": "hello"}]
        whole = self.client.chat(MODEL, messages)
        self.assertEqual((whole.message.content, whole.done), (f"[{MODEL}] You said: hello", True))
        parts = list(self.client.chat(MODEL, messages, stream=True))
        self.assertEqual("".join(part.message.content for part in parts), whole.message.content)
        self.assertGreater(len(parts), 3)
        self.assertEqual((parts[-1].done, parts[-1].eval_count), (True, 4))

    def test_text_goes_on_from_a_prompt(self):
        self.assertEqual(self.client.generate(MODEL, "once").response, f"[{MODEL}] You said: once")
        parts = [part.response for part in self.client.generate(MODEL, "once", stream=True)]
        self.assertEqual("".join(parts), f"[{MODEL}] You said: once")

    def test_texts_are_embedded(self):
        vectors = self.client.embed(MODEL, ["one", "two"]).embeddings
        self.assertEqual([len(vector) for vector in vectors], [384, 384])
        self.assertNotEqual(vectors[0], vectors[1])

    def test_a_model_is_fetched_with_progress(self):
        steps = list(self.client.pull(MODEL, stream=True))
        self.assertEqual([step.completed for step in steps if step.completed], [250, 500, 1000])
        self.assertEqual(steps[-1].status, "success")

    def test_failures_are_the_ones_that_programs_expect(self):
        with self.assertRaises(ollama.ResponseError) as caught:
            self.client.chat("none-such", [{"role": "user", "content": "x"}])
        self.assertEqual(caught.exception.status_code, 400)
        stranger = ollama.Client(host=f"{BASE}/ollama")
        with self.assertRaises(ollama.ResponseError) as caught:
            stranger.list()
        self.assertEqual(caught.exception.status_code, 401)


if __name__ == "__main__":
    unittest.main()
