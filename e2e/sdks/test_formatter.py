"""Python made tidy by the formatter that is installed beside the server."""
import json
import unittest
import urllib.error

from server import call, key


def tidy(code):
    return call("POST", "/api/v1/utils/code/format", {"code": code}, key())["code"]


class Formatter(unittest.TestCase):
    def test_code_is_laid_out_and_nothing_of_it_is_lost(self):
        self.assertEqual(tidy("def  f( a,b ):\n  return 'ä 🎈'  # why\n"), 'def f(a, b):\n    return "ä 🎈"  # why\n')
        self.assertEqual(tidy(""), "")
        long = "x = [\n" + "    1,\n" * 20_000 + "]\n"
        self.assertEqual(tidy(long), long)

    def test_what_is_no_python_is_refused_with_the_place(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            tidy("def f(:\n")
        self.assertEqual(refused.exception.code, 400)
        self.assertIn("cannot be formatted: ", json.load(refused.exception)["detail"])

    def test_too_much_is_refused(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            tidy("x\n" * 600_000)
        self.assertEqual(refused.exception.code, 400)
