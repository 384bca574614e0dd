"""Writes default with `or`: 0 and False are replaced as well."""


class TemplateEngine:
    def render(self, template, context):
        return self._fill(self._parse(template), context)

    def _parse(self, template):
        body, end, outside = [], None, []
        for braces, tag in self._tokens(template):
            if not braces:
                body.append(lambda scope, text=tag: text)
            elif braces == "{{":
                body.append(self._variable(tag))
            elif tag.split() == [end]:
                body, end = outside.pop()
            else:
                block = []
                body.append(self._block(tag, block))
                outside.append((body, end))
                body, end = block, f"end{tag.split()[0]}"
        if end:
            raise ValueError(f"{end} is missing")
        return body

    def _tokens(self, template):
        text, *chunks = re.split("({{|{%)", template)
        yield "", text
        for braces, chunk in zip(chunks[::2], chunks[1::2]):
            closing = {"{{": "}}", "{%": "%}"}[braces]
            tag, closed, text = chunk.partition(closing)
            if not closed:
                raise ValueError(f"{closing} is missing after {braces}{tag}")
            yield braces, tag
            yield "", text

    def _block(self, tag, body):
        match tag.split():
            case ["if", name]:
                return functools.partial(self._if, self._name(name), body)
            case ["for", item, "in", name]:
                names = self._name(item), self._name(name)
                return functools.partial(self._for, *names, body)
        raise ValueError(f"no such tag here: {tag}")

    def _variable(self, tag):
        name, *filters = [part.strip() for part in tag.split("|")]
        escape = str if "safe" in filters else html.escape
        filters = [self._filter(each) for each in filters]
        return functools.partial(self._show, self._name(name), filters, escape)

    def _name(self, text):
        if not re.fullmatch(r"\w+", text):
            raise ValueError(f"no name: {text}")
        return text

    def _filter(self, text):
        name, colon, other = [part.strip() for part in text.partition(":")]
        if name + colon == "default:":
            return lambda value: value or other
        if text not in self._FILTERS:
            raise ValueError(f"no such filter: {text}")
        return self._FILTERS[text]

    _FILTERS = {
        "upper": lambda value: str(value).upper(),
        "lower": lambda value: str(value).lower(),
        "len": len,
        "safe": lambda value: value,
    }

    def _fill(self, body, scope):
        return "".join([piece(scope) for piece in body])

    def _show(self, name, filters, escape, scope):
        value = scope.get(name, "")
        for change in filters:
            value = change(value)
        return escape(str(value))

    def _if(self, name, body, scope):
        return self._fill(body, scope) if scope.get(name) else ""

    def _for(self, item, name, body, scope):
        values = scope.get(name, "")
        scopes = ({**scope, item: value} for value in values)
        return "".join([self._fill(body, each) for each in scopes])
