#!/usr/bin/env bash
# A real password, really rotated. README.md beside this file says what is shown.
set -euo pipefail
cd "$(dirname "$0")/../.."

export AWS_PAGER="" AWS_EC2_METADATA_DISABLED=true AWS_REGION=us-west-2 AWS_DEFAULT_REGION=us-west-2
say() { printf '\n==> %s\n' "$*"; }
fail() { echo "$*" >&2; exit 1; }

undercroft="${UNDERCROFT:-}"
for candidate in .build/release/undercroft .build/debug/undercroft "$(command -v undercroft || true)"; do
  [ -n "$undercroft" ] || [ ! -x "$candidate" ] || undercroft="$candidate"
done
[ -n "$undercroft" ] || fail "Build undercroft first (make), or name it in UNDERCROFT."
command -v aws >/dev/null || fail "The AWS CLI is missing."
postgres="$(pg_config --bindir 2>/dev/null || true)"
[ -x "$postgres/initdb" ] || fail "PostgreSQL's server is missing (Debian: postgresql and libpq-dev)."

folder="$(mktemp -d /tmp/undercroft-rotate.XXXXXX)"
server=""
database=""
clean_up() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$database" ] || kill -QUIT "$database" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT

# PostgreSQL refuses to run as root.
as_postgres=()
if [ "$(id -u)" = 0 ]; then as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups); fi
random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }
port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 20000))

say "A PostgreSQL server on port $port, with the user app"
master_password="$(random)"
first_password="$(random)"
mkdir "$folder/pg"
(umask 077; printf %s "$master_password" >"$folder/pg/password")
[ "$(id -u)" != 0 ] || { chmod 711 "$folder"; chown -R postgres "$folder/pg"; }
"${as_postgres[@]}" "$postgres/initdb" -D "$folder/pg/data" -U master --pwfile="$folder/pg/password" -A scram-sha-256 \
  -E UTF8 --locale=C -N >/dev/null
"${as_postgres[@]}" "$postgres/postgres" -D "$folder/pg/data" -p "$port" -k "$folder/pg" \
  -c listen_addresses=127.0.0.1 -c log_statement=all >"$folder/pg.log" 2>&1 &
database=$!

# sql USER PASSWORD STATEMENT: the password goes by the environment, where no list of processes shows it.
sql() { PGPASSWORD="$2" psql -h 127.0.0.1 -p "$port" -U "$1" -d postgres -qtAX -v ON_ERROR_STOP=1 -c "$3"; }
for _ in $(seq 100); do sql master "$master_password" "SELECT 1" >/dev/null 2>&1 && break; sleep 0.1; done
PGPASSWORD="$master_password" psql -h 127.0.0.1 -p "$port" -U master -d postgres -qX <<<"CREATE USER app PASSWORD '$first_password'"
sql app "$first_password" "SELECT 'app is in, with its first password'"

say "An undercroft server"
"$undercroft" serve --data "$folder/data" --listen 127.0.0.1:0 >"$folder/out" 2>"$folder/log" &
server=$!
for _ in $(seq 300); do grep -q '^undercroft ready ' "$folder/out" && break; sleep 0.1; done
AWS_ENDPOINT_URL="$(sed -n 's/^undercroft ready .* *\(http[^ ]*\)$/\1/p' "$folder/out")"
[ -n "$AWS_ENDPOINT_URL" ] || { cat "$folder/log" >&2; fail "The server did not start."; }
export AWS_ENDPOINT_URL AWS_SHARED_CREDENTIALS_FILE="$folder/data/credentials"
echo "$AWS_ENDPOINT_URL"

say "A secret with the user's login"
(umask 077; cat >"$folder/secret.json" <<JSON
{"engine":"postgres","host":"127.0.0.1","port":$port,"username":"app","password":"$first_password","dbname":"postgres"}
JSON
)
aws secretsmanager create-secret --name example/app --secret-string "file://$folder/secret.json" --query ARN --output text

say "Rotation by the server's own rotator: no function to write, none to deploy"
account="$(aws sts get-caller-identity --query Account --output text)"
version="$(aws secretsmanager rotate-secret --secret-id example/app --rotation-rules AutomaticallyAfterDays=30 \
  --rotation-lambda-arn "arn:aws:lambda:$AWS_REGION:$account:function:undercroft-rotate-postgres-single" \
  --query VersionId --output text)"
current=""
for _ in $(seq 100); do
  current="$(aws secretsmanager get-secret-value --secret-id example/app --query VersionId --output text)"
  [ "$current" != "$version" ] || break
  sleep 0.3
done
[ "$current" = "$version" ] || { cat "$folder/log" >&2; fail "The rotation did not finish."; }
aws secretsmanager describe-secret --secret-id example/app --output table \
  --query '{Rotated: LastRotatedDate, Next: NextRotationDate, Enabled: RotationEnabled}'

password_of() {
  aws secretsmanager get-secret-value --secret-id example/app --version-stage "$1" --query SecretString --output text |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["password"])'
}

say "The new password opens the database"
new_password="$(password_of AWSCURRENT)"
[ "$new_password" != "$first_password" ] || fail "The password is the old one."
sql app "$new_password" "SELECT 'app is in, with its new password'"

say "The old one does not"
[ "$(password_of AWSPREVIOUS)" = "$first_password" ] || fail "AWSPREVIOUS is not the first password."
if sql app "$first_password" "SELECT 1" 2>"$folder/refusal"; then fail "The old password still opens the database."; fi
cat "$folder/refusal"

say "PostgreSQL's log has every statement, and not the new password"
grep -o "ALTER USER .app. PASSWORD '[A-Z0-9-]*" "$folder/pg.log"
if grep -qF -e "$new_password" "$folder/pg.log"; then fail "The log holds the new password."; fi
say "Done"
