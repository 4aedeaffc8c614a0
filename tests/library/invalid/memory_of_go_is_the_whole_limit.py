"""apps/__main__.py:24: application 'web': release 'web': values: server: GOMEMLIMIT
  found:    '250MiB' of a limit of 256Mi
  expected: an amount such as '64MiB', below 95% of the limit: memory is not only Go's
  hint:     85 to 90 % is the usual share
apps/__main__.py:24: application 'web': release 'web': values: worker: GOMEMLIMIT
  found:    '64Mi' of a limit of 128Mi
  expected: an amount such as '64MiB', below 95% of the limit: memory is not only Go's
  hint:     85 to 90 % is the usual share
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform


def limited(memory):
    return {"resources": {"limits": {"memory": memory}}}


values = {
    "server": {**limited("256Mi"), "extraEnv": [{"name": "GOMEMLIMIT", "value": "250MiB"}]},
    "cache": {**limited("256Mi"), "env": {"GOMEMLIMIT": "230MiB"}},
    "worker": {**limited("128Mi"), "command": ["/bin/sh", "-c", "GOMEMLIMIT=64Mi exec worker"]},
}
chart = Chart(repository="https://charts.example.test", name="web", version="1.0.0", values=values)
web = Application(name="web", namespaces=(Namespace(name="web"),), charts=(chart,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
