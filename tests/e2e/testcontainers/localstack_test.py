"""The LocalStack module of Testcontainers for Python, as its users call it."""

import unittest

from testcontainers.community.localstack import LocalStackContainer


class LocalStackTest(unittest.TestCase):
    def test_it_starts_when_the_scripts_have_run(self):
        with LocalStackContainer("squire-shell").with_services("sqs", "sns") as localstack:
            urls = localstack.get_client("sqs").list_queues()["QueueUrls"]
            self.assertEqual(urls, [localstack.get_url() + "/000000000000/made-by-script"])


if __name__ == "__main__":
    unittest.main()
