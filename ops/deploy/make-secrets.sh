#!/bin/sh
# Makes what compose.yaml needs and nobody may know: passwords, keys, and a CA with certificates for KurrentDB and Kafka.
# Usage: make-secrets.sh <new directory> <host name of this machine> <address clients of the databases use>
set -eu
umask 077

if [ $# -ne 3 ]; then
  echo "usage: $0 <new directory> <host name of this machine> <address clients of the databases use>" >&2
  exit 2
fi
directory=$1 host=$2 engine_address=$3
if [ -e "$directory" ]; then
  echo "$directory exists: secrets are never overwritten; name a directory that does not" >&2
  exit 2
fi

base64url() { openssl rand -base64 "$1" | tr '+/' '-_' | tr -d '=\n'; }
days=3650

mkdir -p "$directory"
cd "$directory"
mkdir authority ca kurrentdb kafka
openssl req -x509 -newkey rsa:3072 -nodes -days "$days" -subj '/CN=Coffer stores CA' \
  -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout authority/ca.key -out ca/ca.crt 2>/dev/null

# Both ends of a connection show one: KurrentDB's nodes are clients of each other, and know each other by these usages.
issue() {
  openssl req -newkey rsa:3072 -nodes -subj "/CN=$1" -keyout "$1/node.key" -out "$1/node.csr" 2>/dev/null
  printf '%s\n' "subjectAltName=$2" 'extendedKeyUsage=serverAuth,clientAuth' \
    'keyUsage=critical,digitalSignature,keyEncipherment' 'basicConstraints=critical,CA:FALSE' > "$1/extensions"
  openssl x509 -req -in "$1/node.csr" -CA ca/ca.crt -CAkey authority/ca.key -CAcreateserial -days "$days" \
    -extfile "$1/extensions" -out "$1/node.crt" 2>/dev/null
  rm "$1/node.csr" "$1/extensions"
}
issue kurrentdb 'DNS:kurrentdb,DNS:localhost,IP:127.0.0.1'
issue kafka "DNS:kafka,DNS:localhost,DNS:$host"
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
echo "made $directory; keep a copy of it elsewhere, above all of stack.env and authority/ca.key"
