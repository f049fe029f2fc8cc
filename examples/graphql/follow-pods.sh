#!/bin/sh
# Follows pods with nothing but curl, over server-sent events:
#   examples/graphql/follow-pods.sh [namespace] [cursor of a message, to go on behind it]
# Each message is a line: data: {"data":{"podChanges":{"type":..,"cursor":..,"pod":{..}}}}
set -eu
url=${PODBOX_URL:-http://127.0.0.1:8080}/graphql/stream
query='subscription ($namespace: String, $after: String) { podChanges(namespace: $namespace, after: $after) { type cursor pod { name ready displayStatus } } }'
variables="{\"namespace\": \"${1:-default}\", \"after\": \"${2:-}\"}"
exec curl --silent --show-error --no-buffer --fail-with-body "$url" \
  -H 'Accept: text/event-stream' -H 'Content-Type: application/json' \
  --data "{\"query\": \"$query\", \"variables\": $variables}"
