#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real gRPC server (python3-grpcio) that takes spans, for the tests.

usage: grpc_server.py --dir DIR [--port N] [--tls PREFIX] [--max BYTES] ANSWER...

It prints its port.  Each call is answered by the next ANSWER, the last one for
ever: a status code's number, or `pause`, RESOURCE_EXHAUSTED with a RetryInfo of
10 ms.  What was sent is kept as fake_collector keeps it, with the client's
address and metadata in .head.  --tls: PREFIX.pem and PREFIX.key.  --max: the
largest message taken.  SIGTERM lets running calls end and says GOAWAY.
"""
import argparse
import base64
import ctypes
import itertools
import os
import signal
from concurrent import futures

import grpc

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
# google.rpc.Status{code: 8, details: [Any{RetryInfo{retry_delay {nanos: 10000000}}}]}
PAUSE = base64.b64decode(
    "CAgaMwoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIHCgUQgK3iBA==")


class Receiver(grpc.GenericRpcHandler):
    def __init__(self, options):
        self.dir = options.dir
        self.answers = itertools.chain(options.answer, itertools.repeat(options.answer[-1]))
        self.requests = itertools.count(1)

    def service(self, details):
        if details.method == METHOD:
            return grpc.unary_unary_rpc_method_handler(self.take)
        return None

    def take(self, request, context):
        answer = next(self.answers)
        name = f"{self.dir}/{next(self.requests):06}.{'200' if answer == '0' else answer}"
        head = f"peer: {context.peer()}\n" + "".join(
            f"{key}: {value}\n" for key, value in context.invocation_metadata())
        for suffix, data in (("head", head.encode()), ("body", request)):
            with open(f"{name}.new", "wb") as file:
                file.write(data)
            os.rename(f"{name}.new", f"{name}.{suffix}")
        if answer == "pause":
            context.set_trailing_metadata((("grpc-status-details-bin", PAUSE),))
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "slow down")
        if answer != "0":
            code = next(c for c in grpc.StatusCode if c.value[0] == int(answer))
            context.abort(code, "as told: grün 100%\n")
        return b""


def main():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    parser = argparse.ArgumentParser()
    parser.add_argument("--dir", required=True)
    parser.add_argument("--port", default="0")
    parser.add_argument("--tls")
    parser.add_argument("--max", type=int, default=4 << 20)
    parser.add_argument("answer", nargs="+")
    options = parser.parse_args()
    server = grpc.server(
        futures.ThreadPoolExecutor(1), handlers=(Receiver(options),),
        options=(("grpc.max_receive_message_length", options.max), ("grpc.so_reuseport", 0)))
    if options.tls:
        with open(options.tls + ".key", "rb") as key, open(options.tls + ".pem", "rb") as cert:
            credentials = grpc.ssl_server_credentials([(key.read(), cert.read())])
        port = server.add_secure_port("127.0.0.1:" + options.port, credentials)
    else:
        port = server.add_insecure_port("127.0.0.1:" + options.port)
    signal.signal(signal.SIGTERM, lambda *_: server.stop(5))
    server.start()
    os.write(1, f"{port}\n".encode())
    server.wait_for_termination()


main()
