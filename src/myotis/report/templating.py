"""Pages from templates: every text is escaped, and a name that the template does not get is a fault."""

from typing import Any


def render_template(name: str, **values: Any) -> str:
    """The page of a template of this package with some values."""
    import jinja2  # noqa: PLC0415 (loaded only where a page is made)

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("myotis.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page: str = environment.get_template(name).render(**values)
    return page
