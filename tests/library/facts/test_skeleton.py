from __future__ import annotations

import copy
from typing import Any

import pytest

from platform_stack import schemas
from platform_stack.facts import CustomResource, yaml_reading
from platform_stack.facts.scope import is_cluster_scoped, is_namespaced
from platform_stack.facts.skeleton import kept_annotations, skeleton


def skeleton_of(text: str, **metadata: object) -> dict[str, Any]:
    manifest = yaml_reading.load(text)
    manifest.setdefault("metadata", {"name": "x"}).update(metadata)
    return skeleton(manifest, release_namespace="release", namespaced=True)


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
  annotations:
    argocd.argoproj.io/sync-wave: "1"
    helm.sh/hook: pre-install
    konghq.com/protocol: https
    checksum/config: abc
  creationTimestamp: null
spec:
  replicas: 2
  revisionHistoryLimit: 3
  minReadySeconds: 5
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {prometheus.io/scrape: "true", sidecar.istio.io/inject: "false", checksum/config: abc}
    spec:
      serviceAccountName: web
      hostNetwork: false
      terminationGracePeriodSeconds: 30
      dnsPolicy: ClusterFirst
      volumes:
        - name: config
          configMap: {name: config, optional: true}
        - name: host
          hostPath: {path: /run, type: Directory}
        - name: scratch
          emptyDir: {medium: Memory, sizeLimit: 8Mi}
      initContainers:
        - name: proxy
          image: example.io/proxy:1
          restartPolicy: Always
          command: [/bin/proxy]
          args:
            - |
              set -e
              exec proxy
      containers:
        - name: web
          image: example.io/web:1
          args: [--password=secret, --listen=:8080]
          workingDir: /srv
          ports: [{name: http, containerPort: 8080}]
          resources: {requests: {cpu: 5m}}
          env:
            - {name: PLAIN, value: text}
            - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
            - {name: TOKEN, valueFrom: {secretKeyRef: {name: web, key: token}}}
            - {name: MODE, valueFrom: {configMapKeyRef: {name: web, key: mode, optional: true}}}
          envFrom: [{secretRef: {name: more}}]
          volumeMounts: [{name: config, mountPath: /etc/web, subPath: web.conf, mountPropagation: None}]
          livenessProbe:
            httpGet: {path: /live, port: http, httpHeaders: [{name: Authorization, value: secret}]}
            periodSeconds: 9
          readinessProbe: {grpc: {port: 8080, service: web}, failureThreshold: 3}
          startupProbe: {exec: {command: [cat, /ready]}, initialDelaySeconds: 4, timeoutSeconds: 2}
          lifecycle:
            postStart: {httpGet: {path: /started, port: 8080}}
            preStop: {exec: {command: [web, stop]}}
"""


def test_a_deployment_keeps_what_facts_are_made_of() -> None:
    assert skeleton_of(DEPLOYMENT) == yaml_reading.load(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: release
  labels: {app: web}
  annotations:
    argocd.argoproj.io/sync-wave: "1"
    helm.sh/hook: pre-install
    konghq.com/protocol: https
spec:
  replicas: 2
  minReadySeconds: 5
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {prometheus.io/scrape: "true", sidecar.istio.io/inject: "false"}
    spec:
      serviceAccountName: web
      hostNetwork: false
      terminationGracePeriodSeconds: 30
      dnsPolicy: ClusterFirst
      volumes:
        - name: config
          configMap: {name: config, optional: true}
        - name: host
          hostPath: {path: /run, type: Directory}
        - name: scratch
          emptyDir: {medium: Memory, sizeLimit: 8Mi}
      initContainers:
        - name: proxy
          image: example.io/proxy:1
          restartPolicy: Always
          command: [/bin/proxy]
          args: ["sha256:79f4afb2ec80c6ba4525d87159b6530b857efe96c030b8289d7fcc553f24c25f (script, 2 lines)"]
      containers:
        - name: web
          image: example.io/web:1
          args: [--password=(hidden), --listen=:8080]
          workingDir: /srv
          ports: [{name: http, containerPort: 8080}]
          resources: {requests: {cpu: 5m}}
          env:
            - {name: PLAIN}
            - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
            - {name: TOKEN, valueFrom: {secretKeyRef: {name: web, key: token}}}
            - {name: MODE, valueFrom: {configMapKeyRef: {name: web, key: mode, optional: true}}}
          envFrom: [{secretRef: {name: more}}]
          volumeMounts: [{name: config, mountPath: /etc/web, subPath: web.conf, mountPropagation: None}]
          livenessProbe:
            httpGet: {path: /live, port: http, httpHeaders: [{name: Authorization, value: ""}]}
            periodSeconds: 9
          readinessProbe: {grpc: {port: 8080, service: web}, failureThreshold: 3}
          startupProbe: {exec: {command: [cat, /ready]}, initialDelaySeconds: 4, timeoutSeconds: 2}
          lifecycle:
            postStart: {httpGet: {path: /started, port: 8080}}
            preStop: {exec: {command: [web, stop]}}
"""
    )


def test_the_manifest_is_not_changed() -> None:
    manifest = yaml_reading.load(DEPLOYMENT)
    before = copy.deepcopy(manifest)
    skeleton(manifest, release_namespace="release", namespaced=True)
    assert manifest == before


def test_a_skeleton_of_a_skeleton_is_itself() -> None:
    once = skeleton_of(DEPLOYMENT)
    assert skeleton(once, release_namespace="other", namespaced=True) == once


def test_a_namespace_of_its_own_stays() -> None:
    assert skeleton_of(DEPLOYMENT, namespace="own")["metadata"]["namespace"] == "own"


def test_a_cluster_scoped_object_has_no_namespace() -> None:
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x", "namespace": "y"}}
    assert skeleton(manifest, release_namespace="release", namespaced=False)["metadata"] == {"name": "x"}


def test_a_generated_name_is_kept() -> None:
    manifest = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "x-"}, "spec": {}}
    kept = skeleton(manifest, release_namespace="release", namespaced=True)
    assert kept["metadata"] == {"generateName": "x-", "namespace": "release"}


def test_a_cron_job_keeps_its_pods() -> None:
    kept = skeleton_of(
        """\
apiVersion: batch/v1
kind: CronJob
spec:
  schedule: "0 0 * * *"
  successfulJobsHistoryLimit: 1
  jobTemplate:
    spec:
      ttlSecondsAfterFinished: 9
      template: {spec: {restartPolicy: OnFailure, containers: [{name: a, image: b, command: [c]}]}}
"""
    )
    assert kept["spec"] == {
        "schedule": "0 0 * * *",
        "jobTemplate": {
            "spec": {
                "ttlSecondsAfterFinished": 9,
                "template": {
                    "spec": {
                        "restartPolicy": "OnFailure",
                        "containers": [{"name": "a", "image": "b", "command": ["c"]}],
                    }
                },
            }
        },
    }


def test_a_stateful_set_keeps_its_claims() -> None:
    kept = skeleton_of(
        """\
apiVersion: apps/v1
kind: StatefulSet
spec:
  serviceName: db
  updateStrategy: {type: OnDelete}
  volumeClaimTemplates:
    - metadata: {name: data, annotations: {a: b}}
      spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}
      status: {}
"""
    )
    assert kept["spec"] == {
        "serviceName": "db",
        "updateStrategy": {"type": "OnDelete"},
        "volumeClaimTemplates": [
            {
                "metadata": {"name": "data"},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "fast",
                    "resources": {"requests": {"storage": "1Gi"}},
                },
            }
        ],
        "template": {"spec": {}},
    }


# Each: the fields of an object, and those of its skeleton.
FIELDS = {
    "headless service": (
        "{apiVersion: v1, kind: Service, spec: {clusterIP: None, ports: [{port: 1}], sessionAffinity: None}}",
        "{spec: {clusterIP: None, ports: [{port: 1}]}}",
    ),
    "service with an address": (
        "{apiVersion: v1, kind: Service, spec: {type: ClusterIP, clusterIP: 10.0.0.1, selector: {a: b}}}",
        "{spec: {type: ClusterIP, selector: {a: b}}}",
    ),
    "service with addresses outside": (
        "{apiVersion: v1, kind: Service, spec: {externalIPs: [192.0.2.7], sessionAffinity: None}}",
        "{spec: {externalIPs: [192.0.2.7]}}",
    ),
    "secret": (
        "{apiVersion: v1, kind: Secret, type: Opaque, data: {b: c2VjcmV0}, stringData: {a: secret}}",
        "{type: Opaque, data: {a: '', b: ''}}",
    ),
    "config map": (
        "{apiVersion: v1, kind: ConfigMap, data: {a: text}, binaryData: {b: YQ==}}",
        "{data: {a: ''}, binaryData: {b: ''}}",
    ),
    "empty config map": ("{apiVersion: v1, kind: ConfigMap}", "{}"),
    "service account": (
        "{apiVersion: v1, kind: ServiceAccount, automountServiceAccountToken: false, secrets: [{name: a}]}",
        "{automountServiceAccountToken: false}",
    ),
    "role": (
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, rules: [{verbs: [get]}]}",
        "{rules: [{verbs: [get]}]}",
    ),
    "ingress": (
        (
            "{apiVersion: networking.k8s.io/v1, kind: Ingress, status: {},"
            " spec: {ingressClassName: a, rules: [{host: b}]}}"
        ),
        "{spec: {ingressClassName: a, rules: [{host: b}]}}",
    ),
    "autoscaler": (
        (
            "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler,"
            " spec: {minReplicas: 1, maxReplicas: 3, scaleTargetRef: {name: a}, metrics: [{type: Resource}]}}"
        ),
        "{spec: {minReplicas: 1, maxReplicas: 3, scaleTargetRef: {name: a}}}",
    ),
    "webhooks": (
        (
            "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, webhooks:"
            " [{name: a, failurePolicy: Fail, clientConfig: {caBundle: YQ==, service: {name: b}},"
            " matchConditions: []}]}"
        ),
        "{webhooks: [{name: a, failurePolicy: Fail, clientConfig: {service: {name: b}}}]}",
    ),
    "API service": (
        "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, spec: {group: a, caBundle: YQ==}}",
        "{spec: {group: a}}",
    ),
    "service monitor": (
        (
            "{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor,"
            " spec: {jobLabel: c, selector: {a: b}, endpoints: [{port: http, interval: 60s, params: {}}]}}"
        ),
        "{spec: {selector: {a: b}, jobLabel: c, endpoints: [{port: http, interval: 60s}]}}",
    ),
    "prometheus rule": (
        (
            "{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, spec: {groups: [{name: a,"
            " interval: 1m, rules: [{alert: B, expr: up == 0, annotations: {a: text}}, {record: c}]}]}}"
        ),
        "{spec: {groups: [{name: a, interval: 1m, rules: [{alert: B}, {record: c}]}]}}",
    ),
    "prometheus": (
        (
            "{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, spec: {replicas: 1, version: v3,"
            " externalUrl: http://a, ruleSelector: {}, containers: [{name: b, args: [c], env: [{name: d, value: e}]}]}}"
        ),
        (
            "{spec: {replicas: 1, version: v3, externalUrl: http://a,"
            " containers: [{name: b, args: [c], env: [{name: d}]}]}}"
        ),
    ),
    "certificate": (
        "{apiVersion: cert-manager.io/v1, kind: Certificate, spec: {secretName: a, dnsNames: [b]}}",
        "{spec: {secretName: a, dnsNames: [b]}}",
    ),
    "unknown kind": ("{apiVersion: example.io/v1, kind: Thing, spec: {a: b}, data: {c: d}}", "{}"),
    "a custom kind with a known name": (
        "{apiVersion: serving.example.io/v1, kind: Service, spec: {a: b}}",
        "{}",
    ),
}


@pytest.mark.parametrize(("manifest", "fields"), FIELDS.values(), ids=FIELDS.keys())
def test_other_kinds_keep_their_fields(manifest: str, fields: str) -> None:
    kept = skeleton_of(manifest)
    assert {key: kept[key] for key in kept if key not in {"apiVersion", "kind", "metadata"}} == (
        yaml_reading.load(fields)
    )


CUSTOM = CustomResource("example.io", "Zone", "zones", "Cluster", ("v1",))


@pytest.mark.parametrize(
    ("api_version", "kind", "namespaced"),
    [
        ("v1", "ConfigMap", True),
        ("v1", "Namespace", False),
        ("apps/v1", "Deployment", True),
        ("rbac.authorization.k8s.io/v1", "Role", True),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", False),
        ("storage.k8s.io/v1", "StorageClass", False),
        ("networking.k8s.io/v1", "IngressClass", False),
        ("monitoring.coreos.com/v1", "ServiceMonitor", True),
        ("cert-manager.io/v1", "Certificate", True),
        ("cert-manager.io/v1", "ClusterIssuer", False),
        ("example.io/v1", "Zone", False),
        ("example.io/v1", "Unknown", False),
        ("policies.kyverno.io/v1", "PolicyException", True),
    ],
)
def test_the_scope_of_a_kind_is_known(api_version: str, kind: str, *, namespaced: bool) -> None:
    manifest = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}}
    assert is_namespaced(manifest, [CUSTOM]) is namespaced


def test_the_definition_says_more_than_the_metadata() -> None:
    manifest = {"apiVersion": "example.io/v1", "kind": "Zone", "metadata": {"name": "x", "namespace": "y"}}
    assert not is_namespaced(manifest, [CUSTOM])


def test_an_unknown_kind_is_namespaced_if_it_names_a_namespace() -> None:
    manifest = {"apiVersion": "example.io/v1", "kind": "Unknown", "metadata": {"name": "x", "namespace": "y"}}
    assert is_namespaced(manifest)


def test_the_scope_is_what_the_schemas_say() -> None:
    """Of every kind with a schema, though the facts know no definition of it."""
    known = [found for group, kind in schemas.kinds() if (found := schemas.find(group, kind))]
    assert {found.scope for found in known} == {"Cluster", "Namespaced"}
    for found in known:
        manifest = {"apiVersion": found.api_version, "kind": found.kind, "metadata": {"name": "x"}}
        assert is_namespaced(manifest) is (found.scope == "Namespaced"), found.kind
        assert is_cluster_scoped(found.group, found.kind) is (found.scope == "Cluster"), found.kind


def test_of_a_route_stays_where_it_leads_and_who_leads_it() -> None:
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "web"},
        "spec": {"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": [{"name": "web", "port": 80}]}]},
    }
    assert skeleton(route, release_namespace="web", namespaced=True)["spec"] == route["spec"]
    annotations = {
        "kubernetes.io/ingress.class": "nginx",
        "nginx.ingress.kubernetes.io/service-upstream": "true",
    }
    assert kept_annotations({**annotations, "example.test/else": "x"}) == annotations
