"""apps/__main__.py:23: application 'web': ValidatingWebhookConfiguration web
  found:    pods behind web/web, not known: no facts are recorded for web 1.0.0
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application web
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform


def manifests(chart, context):
    chart.add(
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": "web"},
            "webhooks": [
                {"name": "a.b.c", "clientConfig": {"service": {"namespace": "web", "name": "web"}}}
            ],
        }
    )


web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    charts=(Chart(repository="https://charts.example.test", name="web", version="1.0.0"),),
    manifests=manifests,
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
