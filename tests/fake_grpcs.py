#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fake_grpc behind TLS with ALPN h2: same arguments, same output.

Each connection to its port becomes one to that of fake_grpc (FAKE_GRPC, else
tests/fake_grpc), which it starts.  The certificate is made up, for 127.0.0.1;
with CA_FILE in the environment it is written there.  Both end with their parent.
"""
import ctypes
import os
import select
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading


def take(client):
    """What the client sent, b"" at its end, None when it is not whole yet."""
    client.setblocking(False)
    try:
        return client.recv(65536)
    except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return None
    except OSError:
        return b""
    finally:
        client.setblocking(True)


def pipe(client, inner):
    while True:
        ready = [client] if client.pending() else select.select([client, inner], [], [])[0]
        for source, sink in ((client, inner), (inner, client)):
            if source not in ready:
                continue
            data = take(client) if source is client else inner.recv(65536)
            if data == b"":
                return
            if data:
                sink.sendall(data)


def serve(client, context, port):
    try:
        with context.wrap_socket(client, server_side=True) as outer:
            with socket.create_connection(("127.0.0.1", port)) as inner:
                pipe(outer, inner)
    except OSError:
        pass


def make_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2"])
    with tempfile.TemporaryDirectory() as work:
        cert, key = os.environ.get("CA_FILE", f"{work}/cert"), f"{work}/key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, stderr=subprocess.DEVNULL)
        context.load_cert_chain(cert, key)
    return context


def main():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    context = make_context()
    fake_grpc = os.environ.get("FAKE_GRPC", "tests/fake_grpc")
    program = subprocess.Popen([fake_grpc, *sys.argv[1:]], stdout=subprocess.PIPE, text=True)
    port = int(program.stdout.readline())
    listener = socket.create_server(("127.0.0.1", 0), backlog=32)
    # in one piece: who started us reads once, and closes
    os.write(1, f"{listener.getsockname()[1]}\n".encode())
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, context, port), daemon=True).start()


main()
