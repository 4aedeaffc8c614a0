"""apps/__main__.py:31: chart 'a': values: tolerations
  found:    a set
  expected: maps with text as keys, lists, text, numbers, True, False and None
  hint:     a set has no order: write a list
apps/__main__.py:31: chart 'a': values: ports
  found:    the key 80 (int)
  expected: maps with text as keys, lists, text, numbers, True, False and None
  hint:     write '80': maps may not mix keys that look the same
apps/__main__.py:31: chart 'a': values: hosts[1]
  found:    a tuple
  expected: maps with text as keys, lists, text, numbers, True, False and None
  hint:     write [...] instead of (...)
apps/__main__.py:31: chart 'a': values: certificate
  found:    b'\\x00' (bytes)
  expected: maps with text as keys, lists, text, numbers, True, False and None
  hint:     write text; binary data goes into a Secret or binaryData, in base64
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform


def values(context):
    return {
        "tolerations": {"control-plane", "storage"},
        "ports": {80: "http"},
        "hosts": ["web", ("store", "shop")],
        "certificate": b"\x00",
    }


chart = Chart(repository="https://charts.example.test", name="a", version="1.0.0", values=values)
web = Application(name="web", namespaces=(Namespace(name="web"),), charts=(chart,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
