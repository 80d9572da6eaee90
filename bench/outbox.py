"""300 due messages, two real workers, real SMTP, one worker killed with -9 in the middle."""

import os
import signal
import time

from surgeries.models import Message
from tests.outbox import crowd
from tests.outbox.post_office import PostOffice

COUNT = 300
PAUSE = 0.02  # seconds each mail takes the server, so that the kill falls in the middle


def run():
    """Print how many mails were lost, doubled and flagged, and how long it took."""
    office = PostOffice(pause=PAUSE)
    with office.listening() as url, crowd.workers(2, url):
        messages = crowd.owe_a_crowd(COUNT)
        begun = time.monotonic()
        os.kill(crowd.whoever_sends(office, after=COUNT // 3), signal.SIGKILL)
        arrived = len(office.mails)
        crowd.tick_until_settled()
        seconds = time.monotonic() - begun
    copies = office.copies()
    lost = [message for message in messages if f"<{message.pk}@testserver>" not in copies]
    doubled = [id for id, times in copies.items() if times > 1]
    flagged = Message.objects.filter(uncertain__gt=0).count()
    print(f"{COUNT} due, a worker killed after {arrived} had arrived; {seconds:.1f} s in all")
    print(f"lost {len(lost)}, doubled {len(doubled)}, flagged {flagged}")
    print(f"most copies of one: {max(copies.values())}")
