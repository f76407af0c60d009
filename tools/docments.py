"""A griffe extension: comments beside parameters, fields and return values become their descriptions in the API pages.

Our functions are written in the docments style: the meaning of a parameter stands in a comment on its line. mkdocstrings
reads docstrings only, so without this extension the API pages would lose shapes, units and ranges."""
import ast, io, tokenize

import griffe


def comments(source: str) -> dict[int, str]:
    "{line: text} of the comments in a piece of source"
    found = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in found if t.type == tokenize.COMMENT}


class Docments(griffe.Extension):
    "Adds sections with parameters and return values to functions, and descriptions to fields"

    def on_function_instance(self, *, node, func, agent, **kwargs):
        "Write the comments of a signature into the docstring's sections"
        if not isinstance(node, ast.AST) or not func.lines: return
        lines = func.lines
        try: notes = comments("\n".join(lines) + "\n")
        except (tokenize.TokenError, IndentationError, SyntaxError): return
        first = func.lineno
        args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        told = {a.arg: notes[a.end_lineno - first + 1] for a in args if a.end_lineno - first + 1 in notes}
        last = (node.body[0].lineno if node.body else node.end_lineno) - first
        returns = next((notes[i] for i in range(last, 0, -1) if i in notes and lines[i - 1].lstrip().startswith(")")), "")
        if not told and not returns: return
        doc = [func.docstring.value if func.docstring else "", ""]
        if told: doc += ["Parameters:", *(f"    {name}: {text}" for name, text in told.items()), ""]
        if returns: doc += ["Returns:", f"    {returns}"]
        func.docstring = griffe.Docstring("\n".join(doc), parent=func, lineno=func.lineno, parser="google")

    def on_attribute_instance(self, *, node, attr, agent, **kwargs):
        "The comment behind a field of a class is its description"
        if attr.docstring or not getattr(attr.parent, "is_class", False) or not attr.lines: return
        try: notes = comments(attr.lines[-1].lstrip() + "\n")
        except (tokenize.TokenError, IndentationError, SyntaxError): return
        if notes: attr.docstring = griffe.Docstring(next(iter(notes.values())), parent=attr)
