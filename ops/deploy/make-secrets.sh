#!/bin/sh
# Makes what compose.yaml needs and nobody may know: passwords, keys, and a CA with certificates for KurrentDB and Kafka.
# Usage: make-secrets.sh <new directory> <host name of this machine> <address clients of the databases use>
# The host name, or IPv4 address, is what agents elsewhere reach Kafka by.
set -eu
umask 077

if [ $# -ne 3 ]; then
  echo "usage: $0 <new directory> <host name of this machine> <address clients of the databases use>" >&2
  exit 2
fi
directory=$1 host=$2 engine_address=$3
# They go into certificates and into a file of variables as they are.
case $host in '' | *[!A-Za-z0-9._-]*)
  echo "\"$host\" is no host name and no IPv4 address" >&2
  exit 2 ;;
esac
case $engine_address in '' | *[!A-Za-z0-9.:_-]*)
  echo "\"$engine_address\" is no host name and no address" >&2
  exit 2 ;;
esac
if [ -e "$directory" ]; then
  echo "$directory exists: secrets are never overwritten; name a directory that does not" >&2
  exit 2
fi

if ! command -v openssl > /dev/null; then
  echo "openssl is missing: install it and run this again" >&2
  exit 2
fi

base64url() { openssl rand -base64 "$1" | tr '+/' '-_' | tr -d '=\n'; }
days=3650

mkdir -p "$directory"
cd "$directory"
# Half of it is worth nothing, and would be in the way of the next try.
trap 'rm -rf "$PWD"' EXIT
trap 'exit 1' HUP INT TERM

# openssl tells of its progress where it tells of what is wrong.
quietly() {
  "$@" 2> openssl.log || {
    cat openssl.log >&2
    exit 1
  }
  rm openssl.log
}

# Wherever it is, it is no part of a repository.
echo '*' > .gitignore
mkdir authority ca kurrentdb kafka
quietly openssl req -x509 -newkey rsa:3072 -nodes -days "$days" -subj '/CN=Coffer stores CA' \
  -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout authority/ca.key -out ca/ca.crt

# Both ends of a connection show one: KurrentDB's nodes are clients of each other, and know each other by these usages.
issue() {
  quietly openssl req -newkey rsa:3072 -nodes -subj "/CN=$1" -keyout "$1/node.key" -out "$1/node.csr"
  printf '%s\n' "subjectAltName=$2" 'extendedKeyUsage=serverAuth,clientAuth' \
    'keyUsage=critical,digitalSignature,keyEncipherment' 'basicConstraints=critical,CA:FALSE' > "$1/extensions"
  quietly openssl x509 -req -in "$1/node.csr" -CA ca/ca.crt -CAkey authority/ca.key -CAcreateserial -days "$days" \
    -extfile "$1/extensions" -out "$1/node.crt"
  rm "$1/node.csr" "$1/extensions"
}
issue kurrentdb 'DNS:kurrentdb,DNS:localhost,IP:127.0.0.1'
# Clients look for an address among addresses alone.
case $host in *[!0-9.]*) public=DNS:$host ;; *) public=IP:$host ;; esac
issue kafka "DNS:kafka,DNS:localhost,$public"
# Kafka reads the key and the chain from one file.
cat kafka/node.key kafka/node.crt ca/ca.crt > kafka/keystore.pem
rm kafka/node.key
# The accounts within the containers read these; on this machine, the directory above lets nobody pass.
chmod 0755 ca kurrentdb kafka
chmod 0644 ca/ca.crt kurrentdb/node.key kurrentdb/node.crt kafka/node.crt kafka/keystore.pem

cat > stack.env <<END
SECRETS_DIR=$(pwd)
KURRENTDB_ADMIN_PASSWORD=$(openssl rand -hex 24)
KURRENTDB_OPS_PASSWORD=$(openssl rand -hex 24)
KAFKA_CLUSTER_ID=A$(base64url 16 | cut -c 2-22)
KAFKA_CONTROL_PASSWORD=$(openssl rand -hex 24)
KAFKA_AGENT_PASSWORD=$(openssl rand -hex 24)
KAFKA_PUBLIC_HOST=$host
REDIS_PASSWORD=$(openssl rand -hex 24)
COFFER_MASTER_KEY=$(base64url 32)
COFFER_ADMIN_TOKEN=coffer_admin_$(openssl rand -hex 24)
COFFER_ENGINE_ADDRESS=$engine_address
END
trap - EXIT
echo "made $directory; keep a copy of it elsewhere, above all of stack.env and authority/ca.key"
