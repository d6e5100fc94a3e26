"""Reading metrics as Prometheus would."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

TOKEN = "scrape-" + "x" * 32
SCRAPE = {"Authorization": f"Bearer {TOKEN}"}


class Series(dict[tuple[str, tuple[tuple[str, str], ...]], float]):
    """Every series of a scrape; ``series.of("gerai_jobs", queue="a")`` sums those with these labels."""

    def of(self, name: str, **labels: str) -> float:
        found = [value for (known, has), value in self.items() if known == name and labels.items() <= dict(has).items()]
        assert found, f"no series {name} {labels}"
        return sum(found)

    def labels(self, name: str, label: str) -> set[str]:
        """The values a label has in a metric."""
        return {dict(has)[label] for known, has in self if known == name}


def series(text: str) -> Series:
    """A scrape, parsed."""
    return Series(
        ((sample.name, tuple(sorted(sample.labels.items()))), sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    )
