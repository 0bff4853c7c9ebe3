"""A SCIM client that is not ours pushes fifty people, who must all arrive in Zoom; then a compliance tester looks at
the server. Ends with 1 when somebody is missing or a check fails."""

import json
import os
import subprocess
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

PEOPLE = 50
GOOD = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.SKIPPED}


class Stage:
    """Database, server and simulated Zoom; gone when its standard input is closed."""

    def __enter__(self):
        command = [os.environ["ROLLCALL_STAGE"], "--ready"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.facts = self.answer()
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the stage ended with {self.process.wait()}")
        return json.loads(line)

    def accounts(self, count):
        """Waits until Zoom has that many accounts, as long as the stage is patient; their addresses."""
        self.process.stdin.write(f"accounts {count}\n")
        self.process.stdin.flush()
        return self.answer()["accounts"]


def person(number):
    address = f"person.{number:02}@example.com"
    return {
        "userName": address,
        "externalId": f"hr-{number}",
        "name": {"givenName": "Person", "familyName": f"Number {number}"},
        "displayName": f"Person Number {number}",
        "emails": [{"value": address, "type": "work", "primary": True}],
        "active": True,
    }


def push(scim):
    user_model = scim.get_resource_model("User")
    for number in range(PEOPLE):
        made = scim.create(user_model.model_validate(person(number)))
        assert made.user_name == person(number)["userName"], made


def check(scim):
    """What the compliance tester calls an error; whatever is not good is printed."""
    results = check_server(scim)
    bad = [result for result in results if result.status not in GOOD]
    for result in bad:
        print(f"{result.status.name}: {result.resource_type or ''} {result.title}: {result.reason}")
    print(f"scim2-tester: {len(results)} checks, {len(results) - len(bad)} good, {len(bad)} not")
    return [result for result in bad if result.status in {Status.ERROR, Status.CRITICAL}]


def main():
    with Stage() as stage:
        scim_facts = stage.facts["scim"]
        headers = {"Authorization": f"Bearer {scim_facts['token']}"}
        with Client(base_url=scim_facts["url"], headers=headers, trust_env=False) as client:
            scim = SyncSCIMClient(client)
            scim.discover()
            push(scim)
            expected = {person(number)["userName"] for number in range(PEOPLE)}
            arrived = stage.accounts(PEOPLE)
            assert len(arrived) == PEOPLE and set(arrived) == expected, sorted(expected.symmetric_difference(arrived))
            print(f"{PEOPLE} people pushed by scim2-client, all arrived in Zoom, each once")
            if check(scim):
                sys.exit(1)


main()
