"""Add a site."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from myotis.conduct.act import ConductAct, Scene
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry


class AddSite(ConductAct):
    """Let a site take part."""

    name: ClassVar[str] = "add_site"
    site: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,12}$")]
    """The identifier of the site."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """There is no such site yet."""
        if self.site in scene.study.sites:
            yield Fault(what=f"the site {self.site} is there already", expected="a new site", column="site")

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The site is open."""
        study.sites[entry.get("site")] = "open"
