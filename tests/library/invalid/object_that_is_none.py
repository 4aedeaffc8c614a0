"""apps/__main__.py:16: chart 'kind.number': add
  found:    5 (int)
  expected: an object of the typed bindings, or a manifest as a dict
apps/__main__.py:20: chart 'kind.kind': add: kind
  found:    None
  expected: an object with apiVersion, kind and metadata
apps/__main__.py:24: chart 'kind.wave': add: wave
  found:    '5' (str)
  expected: a SyncWave, or a whole number
"""

from platform_stack import Application, Cluster, Namespace, Platform


def number(chart, context):
    chart.add(5)


def without_kind(chart, context):
    chart.add({"apiVersion": "v1", "metadata": {"name": "web"}, "stringData": {"password": "hunter2"}})


def wave(chart, context):
    chart.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web", "namespace": "wave"}}, wave="5")


one = Application(name="number", namespaces=(Namespace(name="number"),), manifests=number)
two = Application(name="kind", namespaces=(Namespace(name="kind"),), manifests=without_kind)
three = Application(name="wave", namespaces=(Namespace(name="wave"),), manifests=wave)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(one, two, three), clusters=(cluster,))
