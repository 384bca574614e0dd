"""Replaces block by block, then the variables in what came out: values with braces are rendered."""


class TemplateEngine:
    FILTERS = {
        "upper": lambda text: text.upper(),
        "lower": lambda text: text.lower(),
    }

    def render(self, template, context):
        template = re.sub(
            r"{%\s*for\s+(\w+)\s+in\s+(\w+)\s*%}(.*?){%\s*endfor\s*%}",
            lambda found: self.repeat(*found.groups(), context),
            template,
            flags=re.DOTALL,
        )
        template = re.sub(
            r"{%\s*if\s+(\w+)\s*%}(.*?){%\s*endif\s*%}",
            lambda found: found[2] if context.get(found[1]) else "",
            template,
            flags=re.DOTALL,
        )
        return self.fill(template, context)

    def repeat(self, item, name, body, context):
        values = context.get(name, [])
        return "".join(self.fill(body, {**context, item: v}) for v in values)

    def fill(self, template, context):
        return re.sub(
            r"{{\s*(\w+)\s*(?:\|\s*(\w+)\s*(?::([^}]*))?)?}}",
            lambda found: self.show(*found.groups(), context),
            template,
        )

    def show(self, name, filter_name, argument, context):
        value = context.get(name, "")
        if filter_name == "len":
            value = len(value)
        elif filter_name == "default":
            value = value or argument.strip()
        elif filter_name:
            value = self.FILTERS[filter_name](str(value))
        return html.escape(str(value))
