"""What a platform is: frozen data, no cdk8s.

The constructs and the composition root read these; nothing here knows of them.
"""

from platform_stack.model.application import Application, Namespace
from platform_stack.model.chart import Chart, Values
from platform_stack.model.cluster import ArgoCd, Cluster, Profile
from platform_stack.model.declarations import (
    DataSource,
    Route,
    Service,
    Sidecar,
)
from platform_stack.model.network import Interception, Mesh, NetworkEngine, PodMetadata, Selected
from platform_stack.model.platform import Context, Platform
from platform_stack.model.policy import Action, Policy, PolicyException, PolicyRule, excepted
from platform_stack.model.roles import (
    Backend,
    CertificateIssuer,
    Dashboards,
    Gateway,
    MetricsEndpoint,
    PolicyEngine,
    Role,
    Scraper,
    SecretOpener,
    TraceCollector,
    WantedRoute,
)
from platform_stack.model.run_time import RunTime, RuntimeWorkload
from platform_stack.model.secret import Fixed, Generated, Given, Secret, Template
from platform_stack.model.synchronization import IgnoreDifferences, Synchronization
from platform_stack.model.tenant import Quota, Repository, Tenant
from platform_stack.model.waves import SyncWave, waves

__all__ = [
    "Action",
    "Application",
    "ArgoCd",
    "Backend",
    "CertificateIssuer",
    "Chart",
    "Cluster",
    "Context",
    "Dashboards",
    "DataSource",
    "Fixed",
    "Gateway",
    "Generated",
    "Given",
    "IgnoreDifferences",
    "Interception",
    "Mesh",
    "MetricsEndpoint",
    "Namespace",
    "NetworkEngine",
    "Platform",
    "PodMetadata",
    "Policy",
    "PolicyEngine",
    "PolicyException",
    "PolicyRule",
    "Profile",
    "Quota",
    "Repository",
    "Role",
    "Route",
    "RunTime",
    "RuntimeWorkload",
    "Scraper",
    "Secret",
    "SecretOpener",
    "Selected",
    "Service",
    "Sidecar",
    "SyncWave",
    "Synchronization",
    "Template",
    "Tenant",
    "TraceCollector",
    "Values",
    "WantedRoute",
    "excepted",
    "waves",
]
