#!/bin/sh
# LocalStack's entry point has this name and place, and tools that replace the image's own (Testcontainers
# for Java) call it there.
exec /squire "$@"
