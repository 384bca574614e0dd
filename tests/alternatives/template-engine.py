"""A flat list of steps that knows where each block ends, run by a counter; no function is kept."""


class TemplateEngine:
    OPENING = re.compile("{{|{%")

    def render(self, template, context):
        return "".join(self._run(self._compile(template), dict(context)))

    def _compile(self, template):
        steps, open_blocks = [], []
        for kind, source in self._scan(template):
            if kind == "text":
                steps.append(["text", source])
            elif kind == "{{":
                name, *filters = source.split("|")
                chain = [self._parse_filter(each) for each in filters]
                steps.append(["show", self._check_name(name), chain])
            elif found := re.fullmatch(r"\s*(end)?(if|for)\s*", source):
                if not found[1] or not open_blocks or steps[open_blocks[-1]][0] != found[2]:
                    raise ValueError(f"{source.strip()!r} does not belong here")
                begin = open_blocks.pop()
                steps[begin].append(len(steps))
                steps.append(["end", begin])
            else:
                open_blocks.append(len(steps))
                steps.append(self._parse_block(source))
        if open_blocks:
            raise ValueError(f"the template ends without end{steps[open_blocks[-1]][0]}")
        return steps

    def _scan(self, template):
        at = 0
        while True:
            found = self.OPENING.search(template, at)
            begin = found.start() if found else len(template)
            yield "text", template[at:begin]
            if begin == len(template):
                return
            braces = template[begin:begin + 2]
            closing = "}}" if braces == "{{" else "%}"
            end = template.find(closing, begin + 2)
            if end < 0:
                raise ValueError(f"{braces} at {begin} has no {closing}")
            yield braces, template[begin + 2:end]
            at = end + 2

    def _parse_block(self, source):
        words = source.split()
        if len(words) == 2 and words[0] == "if":
            return ["if", self._check_name(words[1])]
        if len(words) == 4 and words[0] == "for" and words[2] == "in":
            return ["for", self._check_name(words[1]), self._check_name(words[3])]
        raise ValueError(f"not understood: {source.strip()}")

    def _check_name(self, text):
        name = text.strip()
        if not name.replace("_", "a").isalnum():
            raise ValueError(f"not a name: {name!r}")
        return name

    def _parse_filter(self, text):
        name, colon, argument = text.partition(":")
        name = name.strip()
        if name not in ("upper", "lower", "len", "safe", "default") or (colon and name != "default"):
            raise ValueError(f"unknown filter {text.strip()}")
        return name, argument.strip()

    def _apply(self, value, name, argument):
        if name in ("upper", "lower"):
            return getattr(str(value), name)()
        if name == "len":
            return len(value)
        if name == "default":
            try:
                empty = value is None or len(value) == 0
            except TypeError:
                empty = False
            return argument if empty else value
        return value

    def _run(self, steps, values):
        at, loops = 0, []
        while at < len(steps):
            kind, *rest = steps[at]
            at += 1
            if kind == "text":
                yield rest[0]
            elif kind == "show":
                value, safe = values.get(rest[0], ""), False
                for name, argument in rest[1]:
                    value = self._apply(value, name, argument)
                    safe = safe or name == "safe"
                text = str(value)
                yield text if safe else html.escape(text, quote=True)
            elif kind == "if":
                if not values.get(rest[0]):
                    at = rest[1] + 1
            elif kind == "for":
                loops.append((rest[0], iter(values.get(rest[1], ())), values))
                at = rest[2]
            elif steps[rest[0]][0] == "for":
                item, items, outside = loops[-1]
                try:
                    values = {**outside, item: next(items)}
                    at = rest[0] + 1
                except StopIteration:
                    values = outside
                    loops.pop()
