"""What the scripts of this folder share."""

import ast
import inspect
import io
import textwrap
import tokenize

from shared import write_safetensors


def lines_of(*parts):
    """Lines of code of classes and functions, without comments, docstrings and empty lines."""
    return sum(count(inspect.getsource(part)) for part in parts)


def count(source):
    source = textwrap.dedent(source)
    documentation = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.Module)) and ast.get_docstring(node):
            documentation.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    code = set()
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in skipped and token.type != tokenize.ENDMARKER:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - documentation)


def write_example(name, weights, expected, original, lines):
    """Two files: weights as their original names them; inputs and outputs, with what the original is called and its lines."""
    write_safetensors(f"examples/{name}.weights.safetensors", weights, {})
    metadata = {"original": original, "lines": str(lines)}
    write_safetensors(f"examples/{name}.expected.safetensors", expected, metadata)
