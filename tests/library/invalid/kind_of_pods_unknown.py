"""apps/__main__.py:22: runtime workload 'db': cpu
  found:    100 m
  expected: a Kubernetes quantity of CPU such as '500m' or '2'
apps/__main__.py:22: runtime workload 'db': kind
  found:    Banana
  expected: 'StatefulSet', 'Deployment' or 'DaemonSet'
  hint:     known: DaemonSet, Deployment, StatefulSet
apps/__main__.py:22: runtime workload 'db': memory
  found:    1GB
  expected: a Kubernetes quantity of bytes such as '512Mi' or '1Gi'
apps/__main__.py:22: runtime workload 'db': ports: sql
  found:    '5432' (str)
  expected: a port from 1 to 65535
  hint:     did you mean 5432, without quotes?
"""

from platform_stack import Application, Cluster, Namespace, Platform, RunTime, RuntimeWorkload


def made_by_the_operator(objects, context):
    return (
        RuntimeWorkload(
            name="db",
            namespace="db",
            kind="Banana",
            labels={"app": "db"},
            ports={"sql": "5432"},
            cpu="100 m",
            memory="1GB",
        ),
    )


db = Application(name="db", namespaces=(Namespace(name="db"),), run_time=RunTime(workloads=made_by_the_operator))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(db,), clusters=(cluster,))
