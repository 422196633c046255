import pytest
from pydantic import ValidationError

from dmlr.errors import ConfigError
from dmlr.judge.endpoint import Endpoint, api_key, endpoint, named
from dmlr.judge.entry import Judge
from tests.judging import KEY

NAME = "OPENAI_API_KEY"
NAMES = [NAME, "OTHER_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE_URL", "OPENAI_MODEL", "MODEL_TYPE"]
REMOTE = Endpoint("m", "https://judges.example/v1")
LOCAL = Endpoint("m", "http://localhost:8000/v1")


@pytest.fixture(autouse=True)
def nothing_set(tmp_path, monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def judge(**fields):
    return Judge(prompt="config/judges/compare.jinja", **fields)


def dotenv(tmp_path, text):
    (tmp_path / ".env").write_text(text)


def test_the_entry_wins_over_the_environment_and_that_over_the_file(tmp_path, monkeypatch):
    dotenv(tmp_path, "OPENAI_MODEL=of-file\nOPENAI_BASE_URL=http://file/v1\n")
    assert endpoint(judge()) == Endpoint("of-file", "http://file/v1")
    monkeypatch.setenv("MODEL_TYPE", "of-environment")
    monkeypatch.setenv("OPENAI_API_BASE_URL", "http://environment/v1/")
    assert endpoint(judge()) == Endpoint("of-environment", "http://environment/v1")
    entry = judge(model="of-entry", base_url="http://entry:1/v1")
    assert endpoint(entry) == Endpoint("of-entry", "http://entry:1/v1")


def test_without_a_server_it_is_openais_and_without_a_model_there_is_none(monkeypatch):
    assert endpoint(judge(model="m")).base_url == "https://api.openai.com/v1"
    monkeypatch.setenv("OPENAI_MODEL", " ")
    with pytest.raises(ConfigError) as caught:
        endpoint(judge())
    assert str(caught.value) == (
        "a judge's model must be named, got none; name it in judge_catalog, or set "
        "OPENAI_MODEL or MODEL_TYPE in the environment or .env"
    )


@pytest.mark.parametrize(
    "line",
    [
        f"OPENAI_API_KEY={KEY}",
        f"export OPENAI_API_KEY = '{KEY}'",
        f'# a comment\n\nOTHER=1\nno line of ours\n  OPENAI_API_KEY="{KEY}"  # mine',
        f"\ufeffOPENAI_API_KEY={KEY} # mine\r\n",
    ],
)
def test_the_key_may_stand_in_the_file(tmp_path, line):
    dotenv(tmp_path, line)
    assert api_key(REMOTE, NAME).get_secret_value() == KEY


def test_a_hash_belongs_to_a_value_unless_a_blank_is_before_it(tmp_path):
    dotenv(tmp_path, "OPENAI_API_KEY=a#b\nOPENAI_MODEL='m # n'\n")
    assert api_key(REMOTE, NAME).get_secret_value() == "a#b"
    assert endpoint(judge()).model == "m # n"


def test_only_a_server_of_this_machine_needs_no_key():
    assert api_key(LOCAL, NAME).get_secret_value()
    with pytest.raises(ConfigError) as caught:
        api_key(REMOTE, NAME)
    assert str(caught.value) == (
        "https://judges.example/v1 must get a key, got none; set OPENAI_API_KEY in the environment "
        "or .env"
    )


def test_a_key_is_never_shown(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    key = api_key(REMOTE, NAME)
    assert KEY not in f"{key} {key!r}"
    for broken in (f"{KEY}\n{KEY}", f"{KEY} x", f"{KEY}\u00e9"):
        monkeypatch.setenv("OPENAI_API_KEY", broken)
        with pytest.raises(ConfigError, match="must be printable ASCII without blanks") as caught:
            api_key(REMOTE, NAME)
        assert KEY not in str(caught.value)


def test_every_judge_has_its_own_key(tmp_path, monkeypatch):
    dotenv(tmp_path, f"OTHER_KEY={KEY}\n")
    monkeypatch.setenv(NAME, "sk-of-openai")
    first, second = judge(), judge(key_variable="OTHER_KEY")
    assert api_key(REMOTE, first.key_variable).get_secret_value() == "sk-of-openai"
    assert api_key(REMOTE, second.key_variable).get_secret_value() == KEY
    assert api_key(LOCAL, "LOCAL_API_KEY").get_secret_value() == "none"
    with pytest.raises(ConfigError, match=r"got none; set THIRD_KEY in the environment or \.env$"):
        api_key(REMOTE, "THIRD_KEY")


@pytest.mark.parametrize("name", ["", "lower_key", "1_KEY", "A KEY", "A_KEY\n", "A=B"])
def test_a_key_variable_is_a_variables_name(name):
    with pytest.raises(ValidationError, match="key_variable"):
        judge(key_variable=name)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://judges.example/v1",
        "HTTP://judges.example/v1",
        "http://10.0.0.7:8000/v1",
        "http://localhost.judges.example/v1",
    ],
)
def test_no_key_goes_over_plain_http_to_another_machine(monkeypatch, base_url):
    where = endpoint(judge(model="m", base_url=base_url))
    monkeypatch.setenv(NAME, KEY)
    with pytest.raises(ConfigError) as caught:
        api_key(where, NAME)
    assert str(caught.value) == (
        f"{base_url} must be an https address, since {NAME} would go there, got plain http; use https, "
        "or name another key_variable, which need not be set"
    )
    # A server of one's own in the same network, such as a node of a cluster, wants no key.
    monkeypatch.delenv(NAME)
    assert api_key(where, NAME).get_secret_value() == "none"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_a_key_may_go_over_plain_http_to_this_machine(monkeypatch, host):
    monkeypatch.setenv(NAME, KEY)
    where = endpoint(judge(model="m", base_url=f"http://{host}/v1"))
    assert api_key(where, NAME).get_secret_value() == KEY


def test_a_fault_is_told_of_the_judge_by_name():
    with pytest.raises(ConfigError) as caught, named("mine"):
        endpoint(judge())
    assert str(caught.value).startswith("judge mine: a judge's model must be named, got none;")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://me:s3cret@judges.example/v1", "must hold no password and no query, got one for"),
        ("https://s3cret@judges.example/v1", "must hold no password and no query, got one for"),
        ("https://judges.example/v1?key=s3cret", "must hold no password and no query, got one for"),
        ("https://judges.example/v1#s3cret", "must hold no password and no query, got one for"),
        ("https://judges.example/v1?", "must hold no password and no query, got one for"),
        ("https://judges.example/v1#", "must hold no password and no query, got one for"),
        ("https://judges.example/v1\n", "must be an address such as .* got one with blanks"),
        ("https://judges.exa\nmple/s3cret", "must be an address such as .* got one with blanks"),
        ("https://judges.example/s3cret v1", "must be an address such as .* got one with blanks"),
        ("https://judges.example/v1\t\x00", "must be an address such as .* got one with blanks"),
        ("judges.example/s3cret", "must be an address such as"),
        ("ftp://judges.example/s3cret", "must be an address such as"),
        ("http://judges.example:s3cret/", "must be an address such as"),
        ("http://[s3cret/", "must be an address such as"),
    ],
)
def test_an_address_with_a_secret_or_none_at_all_is_refused(address, told):
    with pytest.raises(ConfigError, match=told) as caught:
        endpoint(judge(model="m", base_url=address))
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / ".env").write_bytes(b"\xff\xff")
    with pytest.raises(ConfigError, match=r"^\.env: must be a readable UTF-8 text file"):
        endpoint(judge())


def test_a_folder_of_that_name_is_none_of_ours(tmp_path):
    (tmp_path / ".env").mkdir()
    assert endpoint(judge(model="m")).model == "m"


@pytest.mark.parametrize("value", ['"abc', "'abc", "\"abc'", '"', '"a#b # mine'])
def test_an_open_quote_in_the_file_is_one_line_without_the_value(tmp_path, value):
    dotenv(tmp_path, f"# mine\n\n  export {NAME} = {value}\nOPENAI_MODEL=m\n")
    with pytest.raises(ConfigError) as caught:
        api_key(REMOTE, NAME)
    assert str(caught.value) == (
        ".env:3: OPENAI_API_KEY must end with the quote that it begins with; close it"
    )
    assert endpoint(judge()).model == "m"


def test_a_value_of_many_lines_for_another_program_is_none_of_ours(tmp_path):
    dotenv(tmp_path, f'CERTIFICATE="-----BEGIN\nabc\n-----END"\n{NAME}="{KEY}"\n')
    assert api_key(REMOTE, NAME).get_secret_value() == KEY
