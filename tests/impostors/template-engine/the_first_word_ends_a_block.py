"""Looks at the first word of an end tag only: whatever follows it is ignored."""


class TemplateEngine:
    """Fills the holes of a template, and escapes what it fills in.

    >>> TemplateEngine().render("Hello, {{ name }}!", {"name": "Alice"})
    'Hello, Alice!'
    """

    FILTERS = {
        "upper": lambda value: str(value).upper(),
        "lower": lambda value: str(value).lower(),
        "len": len,
    }

    def render(self, template, context):
        """*template* with its tags replaced; *context* is a dict of values.

        Raises:
            ValueError: for a mistake in the template.
        """
        nodes = self._parse(template)
        return "".join(self._run(nodes, context))

    # -- running
    def _run(self, nodes, values):
        for node in nodes:
            yield from node(values)

    # -- parsing
    def _parse(self, template):
        root = []
        stack = [(None, None, root)]
        at = 0
        for_this = re.compile(r"\{\{|\{%")
        while True:
            found = for_this.search(template, at)
            if found is None:
                stack[-1][2].append(self._text(template[at:]))
                break
            if found.start() > at:
                stack[-1][2].append(self._text(template[at:found.start()]))
            close = "}}" if found[0] == "{{" else "%}"
            end = template.find(close, found.end())
            if end < 0:
                raise ValueError(f"{found[0]} without {close}")
            tag = template[found.end():end].strip()
            at = end + 2
            if close == "}}":
                stack[-1][2].append(self._hole(tag))
                continue
            words = tag.split()
            word = words[0] if words else ""
            if word == "if" and len(words) == 2:
                name = self._name(words[1])
                stack.append(("endif", (name,), []))
            elif word == "for" and len(words) == 4 and words[2] == "in":
                item = self._name(words[1])
                name = self._name(words[3])
                stack.append(("endfor", (item, name), []))
            elif word in ("endif", "endfor") and stack[-1][0] == word:
                _, names, pieces = stack.pop()
                make = self._if if word == "endif" else self._for
                stack[-1][2].append(make(*names, pieces))
            else:
                raise ValueError(f"unexpected tag: {tag}")
        if len(stack) > 1:
            raise ValueError(f"missing {stack[-1][0]}")
        return root

    @staticmethod
    def _name(text):
        if not re.fullmatch(r"\w+", text):
            raise ValueError(f"not a name: {text}")
        return text

    @staticmethod
    def _text(text):
        return lambda values: [text]

    def _if(self, name, pieces):
        def node(values):
            if values.get(name, ""):
                yield from self._run(pieces, values)
        return node

    def _for(self, item, name, pieces):
        def node(values):
            for each in values.get(name, ""):
                yield from self._run(pieces, {**values, item: each})
        return node

    def _hole(self, tag):
        name, *filters = [part.strip() for part in tag.split("|")]
        self._name(name)
        steps = []
        safe = False
        for each in filters:
            word, colon, argument = each.partition(":")
            word = word.strip()
            if colon and word == "default":
                steps.append(self._default(argument.strip()))
            elif each == "safe":
                safe = True
            elif each in self.FILTERS:
                steps.append(self.FILTERS[each])
            else:
                raise ValueError(f"unknown filter: {each}")

        def node(values):
            value = values.get(name, "")
            for step in steps:
                value = step(value)
            text = str(value)
            return [text if safe else html.escape(text)]
        return node

    @staticmethod
    def _default(text):
        def step(value):
            if value is None or hasattr(value, "__len__") and len(value) == 0:
                return text
            return value
        return step
