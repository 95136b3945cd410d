#!/bin/sh
# Starts the broker of the image with a shell. LocalStack's entry point has this name and place, too: tools
# that replace the image's own (Testcontainers for Java) call it there.
# LocalStack's scripts and clients agree on a region by these variables; so do the broker's.
region=${SQUIRE_REGION:-${AWS_DEFAULT_REGION:-${AWS_REGION:-${DEFAULT_REGION:-}}}}
[ -z "$region" ] || export SQUIRE_REGION="$region"
exec /squire "$@"
