#!/bin/sh
# The first process of a node: it gives the node a root of its own over the machine's (nothing is written to the
# machine), then runs containerd and the kubelet, and starts again whichever ends.
# $1: the node's folder (see node.py); $2: the folder with the engines; $3: the scratch folder of the run.
set -eu
folder=$1 engines=$2 scratch=$3
root=$folder/root
hostname "$(cat "$folder/upper/etc/hostname")"

mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work,index=off,xino=off" "$root"
bind() { mkdir -p "$root$2" && mount --bind "$1" "$root$2"; }
# An overlay cannot lie on another: containerd's layers and the pods' volumes are folders of the machine's disk.
bind "$folder/containerd" /var/lib/containerd
# A file system of its own, so that the node's disk can be full without the machine's.
if [ ! -e "$folder/kubelet.disk" ]; then
  truncate -s "$(cat "$folder/upper/etc/lab/disk")" "$folder/kubelet.disk"
  mkfs.ext4 -q -F "$folder/kubelet.disk"
fi
mkdir -p "$root/var/lib/kubelet"
mount -o loop "$folder/kubelet.disk" "$root/var/lib/kubelet"
bind "$folder/log" /var/log
bind "$engines" "$engines"
bind "$scratch" "$scratch"
mkdir -p "$root/.machine"
cd "$root"
pivot_root . .machine
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount --rbind /.machine/dev /dev
mount -t tmpfs -o mode=755 tmpfs /run
umount -l /.machine
mkdir -p /run/lock /run/netns /run/containerd
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
for controller in cpu cpuacct cpuset memory devices freezer blkio pids; do
  mkdir "/sys/fs/cgroup/$controller"
  mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller"
done
mkdir /sys/fs/cgroup/systemd /sys/fs/cgroup/unified
mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
mount -t bpf bpf /sys/fs/bpf
mount -t debugfs debugfs /sys/kernel/debug 2> /dev/null || true
mount -t tracefs tracefs /sys/kernel/tracing 2> /dev/null || true
mount --make-rshared /

# The lab moves the node's network card into this namespace when it knows this process.
until [ -e /sys/class/net/eth0 ]; do sleep 0.05; done
ip link set lo up
ip address add "$(cat /etc/lab/address)/16" dev eth0
ip link set eth0 up
ip route add default via "$(cat /etc/lab/gateway)"
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0

forever() {
  log=$1
  shift
  while :; do
    "$@" >> "/var/log/$log.log" 2>&1 || echo "$log left with $?" >> "/var/log/$log.log"
    sleep 1
  done
}
forever containerd containerd --config /etc/lab/containerd.toml &
until ctr version > /dev/null 2>&1; do sleep 0.1; done
touch /run/containerd/ready

# As its unit of systemd does on KIND's nodes: it runs once kubeadm has written its settings.
kubelet() {
  # shellcheck disable=SC1091,SC2046 # kubeadm writes it; a word for each argument
  "$engines/kubernetes/kubelet" --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf \
    --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml \
    $(. /var/lib/kubelet/kubeadm-flags.env && echo "$KUBELET_KUBEADM_ARGS")
}
until [ -e /var/lib/kubelet/config.yaml ] && [ -e /var/lib/kubelet/kubeadm-flags.env ]; do sleep 0.1; done
forever kubelet kubelet &
while :; do wait; done
