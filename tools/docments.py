"""A griffe extension: comments beside parameters, fields and return values become their descriptions in the API pages.

Our functions are written in the docments style: the meaning of a parameter stands in a comment on its line. mkdocstrings
reads docstrings only, so without this extension the API pages would lose shapes, units and ranges."""
import ast, io, tokenize

import griffe


def comments(source: str) -> dict[int, tokenize.TokenInfo]:
    "{line: token} of the comments in a piece of source"
    found = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t for t in found if t.type == tokenize.COMMENT}


def comment_at(notes: dict[int, tokenize.TokenInfo], line: int, indent: int) -> str:
    """The comment on a line, joined with comment lines below it that are indented deeper; '' if there is none.

    `worldrl.cli.remarks` reads the same form for the help of the commands."""
    found = [notes[line]] if line in notes else []
    while (t := notes.get(line := line + 1)) and t.start[1] > indent and t.line.lstrip().startswith("#"):
        found.append(t)
    return " ".join(t.string.lstrip("# ").strip() for t in found)


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
        told = {a.arg: comment_at(notes, a.end_lineno - first + 1, a.col_offset) for a in args}
        told = {name: text for name, text in told.items() if text}
        last = (node.body[0].lineno if node.body else node.end_lineno) - first
        closing = (i for i in range(last, 0, -1) if i in notes and lines[i - 1].lstrip().startswith(")"))
        returns = next((comment_at(notes, i, 10**6) for i in closing), "")
        if not told and not returns: return
        doc = [func.docstring.value if func.docstring else "", ""]
        if told: doc += ["Parameters:", *(f"    {name}: {text}" for name, text in told.items()), ""]
        if returns: doc += ["Returns:", f"    {returns}"]
        func.docstring = griffe.Docstring("\n".join(doc), parent=func, lineno=func.lineno, parser="google")

    def on_attribute_instance(self, *, node, attr, agent, **kwargs):
        "The comment behind a field of a class is its description"
        if attr.docstring or not getattr(attr.parent, "is_class", False) or not attr.lines: return
        text = self._field_comment(attr)
        if text: attr.docstring = griffe.Docstring(text, parent=attr)

    def _field_comment(self, attr) -> str:
        "The comment behind a field and in the deeper-indented comment lines below it"
        lines = list(attr.lines)
        for line in attr.module.lines_collection[attr.filepath][attr.endlineno:]:
            if not line.lstrip().startswith("#"): break
            lines.append(line)
        indent = len(attr.lines[0]) - len(attr.lines[0].lstrip())
        source = "\n".join(["if True:"] * (indent > 0) + lines) + "\n"
        try: notes = comments(source)
        except (tokenize.TokenError, IndentationError, SyntaxError): return ""
        return comment_at(notes, len(attr.lines) + (indent > 0), indent)
