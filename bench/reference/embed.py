"""Embeds sentences with ONNX Runtime, from the same weights as airis: what the built-in model is measured against.

    embed.py MODEL-FOLDER SENTENCES THREADS VECTORS

SENTENCES is a JSON list. Prints the seconds that embedding took, after the model was loaded and warm; VECTORS gets the numbers
of all vectors, as little-endian floats of 32 bits. The graph is made here from the weights, as the model ships none.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

BATCH = 32
MAX_TOKENS = 512


def graph(weights, config):
    """The encoder as a graph, with the mean over tokens at its end."""
    nodes, constants = [], []
    heads, hidden = config["num_attention_heads"], config["hidden_size"]
    count = iter(range(1_000_000))

    def constant(value):
        name = f"c{next(count)}"
        constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(kind, *inputs, **attributes):
        name = f"n{next(count)}"
        nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def weight(name):
        return constant(weights[name])

    def linear(name, value):
        product = add("MatMul", value, constant(np.ascontiguousarray(weights[f"{name}.weight"].T)))
        return add("Add", product, weight(f"{name}.bias"))

    def norm(name, value):
        parts = weight(f"{name}.weight"), weight(f"{name}.bias")
        return add("LayerNormalization", value, *parts, axis=-1, epsilon=config["layer_norm_eps"])

    def split(value, order):
        parts = add("Reshape", value, constant(np.array([0, 0, heads, hidden // heads], dtype=np.int64)))
        return add("Transpose", parts, perm=order)

    words = add("Gather", weight("embeddings.word_embeddings.weight"), "ids")
    kind = constant(weights["embeddings.token_type_embeddings.weight"][0])
    places = add("Gather", weight("embeddings.position_embeddings.weight"), "places")
    state = norm("embeddings.LayerNorm", add("Add", add("Add", words, kind), places))
    # What is padded is looked at by nobody.
    seen = add("Unsqueeze", "mask", constant(np.array([1, 2], dtype=np.int64)))
    hide = add("Mul", add("Sub", constant(np.float32(1)), seen), constant(np.float32(-1e9)))
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        query = split(linear(f"{at}.attention.self.query", state), [0, 2, 1, 3])
        key = split(linear(f"{at}.attention.self.key", state), [0, 2, 3, 1])
        value = split(linear(f"{at}.attention.self.value", state), [0, 2, 1, 3])
        scores = add("Div", add("MatMul", query, key), constant(np.float32((hidden // heads) ** 0.5)))
        looked = add("MatMul", add("Softmax", add("Add", scores, hide), axis=-1), value)
        looked = add("Transpose", looked, perm=[0, 2, 1, 3])
        looked = add("Reshape", looked, constant(np.array([0, 0, hidden], dtype=np.int64)))
        attention = linear(f"{at}.attention.output.dense", looked)
        state = norm(f"{at}.attention.output.LayerNorm", add("Add", attention, state))
        inner = linear(f"{at}.intermediate.dense", state)
        bell = add("Erf", add("Div", inner, constant(np.float32(2**0.5))))
        inner = add("Mul", add("Mul", inner, add("Add", bell, constant(np.float32(1)))), constant(np.float32(0.5)))
        state = norm(f"{at}.output.LayerNorm", add("Add", linear(f"{at}.output.dense", inner), state))
    seen = add("Unsqueeze", "mask", constant(np.array([2], dtype=np.int64)))
    total = add("ReduceSum", add("Mul", state, seen), constant(np.array([1], dtype=np.int64)), keepdims=0)
    tokens = add("ReduceSum", seen, constant(np.array([1], dtype=np.int64)), keepdims=0)
    nodes.append(helper.make_node("Div", [total, tokens], ["mean"]))
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"]),
        helper.make_tensor_value_info("places", TensorProto.INT64, ["tokens"]),
        helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["texts", "tokens"]),
    ]
    outputs = [helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["texts", hidden])]
    made = helper.make_graph(nodes, "encoder", inputs, outputs, constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def main():
    folder, sentences, threads, vectors = sys.argv[1:]
    folder = Path(folder)
    weights = {name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()}
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(threads)
    model = graph(weights, json.loads((folder / "config.json").read_text()))
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    sentences = json.loads(Path(sentences).read_text())

    def embed(texts):
        # Texts of like length share a batch, as in airis.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        made = [None] * len(texts)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            encoded = tokenizer.encode_batch([texts[at] for at in batch])
            ids = np.array([text.ids for text in encoded], dtype=np.int64)
            mask = np.array([text.attention_mask for text in encoded], dtype=np.float32)
            places = np.arange(ids.shape[1], dtype=np.int64)
            (mean,) = session.run(["mean"], {"ids": ids, "places": places, "mask": mask})
            for at, row in zip(batch, mean / np.linalg.norm(mean, axis=1, keepdims=True)):
                made[at] = row
        return made

    embed(sentences[:BATCH])
    begin = time.perf_counter()
    made = embed(sentences)
    print(time.perf_counter() - begin)
    np.array(made, dtype="<f4").tofile(vectors)


main()
