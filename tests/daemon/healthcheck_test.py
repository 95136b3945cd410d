"""`squire --healthcheck`: what a container's health check asks, and what it says when it is not well."""

import json
import socket
import subprocess
import threading
import time
import unittest

from support import BINARY, DaemonTest


class HealthcheckTest(DaemonTest):
    def ask(self, *flags, environment=None):
        return subprocess.run([BINARY, "--healthcheck", *map(str, flags)], capture_output=True,
                              text=True, timeout=10, env=environment or {}, cwd=self.directory)

    def assert_well(self, asked):
        self.assertEqual((asked.returncode, asked.stdout, asked.stderr), (0, "", ""))

    def assert_ill(self, asked, *words):
        """It says why, in one line."""
        self.assertEqual((asked.returncode, asked.stdout), (1, ""), asked.stderr)
        self.assertRegex(asked.stderr, r"\Asquire: [^\n]+\n\Z")
        for word in words:
            self.assertIn(word, asked.stderr)

    def listen(self, answer):
        """A server that calls answer(connection) for whoever comes; its port."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                self.addCleanup(connection.close)
                answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        return server.getsockname()[1]

    def test_a_ready_broker_is_well(self):
        self.assert_well(self.ask("--port", self.start().port))

    def test_an_address_that_stands_for_all_is_asked_on_loopback(self):
        daemon = self.start("--address", "0.0.0.0")
        self.assert_well(self.ask("--address", "0.0.0.0", "--port", daemon.port))

    def test_port_and_address_come_from_the_environment_and_the_file_as_well(self):
        port = self.start().port
        self.assert_well(self.ask(environment={"SQUIRE_PORT": str(port)}))
        path = self.directory / "squire.json"
        path.write_text(json.dumps({"port": port, "address": "127.0.0.1"}))
        self.assert_well(self.ask(environment={"SQUIRE_CONFIG": str(path)}))

    def test_it_opens_no_data_directory(self):
        self.assert_well(self.ask("--port", self.start().port, "--data-dir", "elsewhere"))
        self.assertFalse((self.directory / "elsewhere").exists())

    def test_where_nobody_listens_it_is_ill(self):
        daemon = self.start()
        self.assertEqual(daemon.stop(), 0)
        self.assert_ill(self.ask("--port", daemon.port), f"http://127.0.0.1:{daemon.port}",
                        "Connection refused")

    def test_a_broker_that_still_starts_is_ill(self):
        scripts = self.directory / "init.d"
        scripts.mkdir()
        (scripts / "slow.sh").write_text("sleep 30\n")
        daemon = self.start("--init-dir", scripts)
        self.assert_ill(self.ask("--port", daemon.port), "503", "starting")

    def test_another_server_on_the_port_is_ill(self):
        port = self.listen(lambda connection: connection.sendall(
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno\nsuch\n\x1b"))
        self.assert_ill(self.ask("--port", port), "404", "no?such")
        port = self.listen(lambda connection: connection.sendall(b"220 mail.test ESMTP\r\n"))
        self.assert_ill(self.ask("--port", port))

    def test_silence_is_ill_after_two_seconds(self):
        port = self.listen(lambda connection: None)
        began = time.monotonic()
        self.assert_ill(self.ask("--port", port), "2 seconds")
        self.assertAlmostEqual(time.monotonic() - began, 2, delta=1)

    def test_any_free_port_cannot_be_asked(self):
        self.assert_ill(self.ask("--port", 0), "port")


if __name__ == "__main__":
    unittest.main()
