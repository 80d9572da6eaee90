from django.db import connection


def test_the_process_says_it_is_up(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"process": "ok"})


def test_ready_means_that_database_and_redis_answer(client, db):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok"})


def test_tests_run_on_a_real_postgresql(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        assert int(cursor.fetchone()[0].split(".")[0]) >= 15
