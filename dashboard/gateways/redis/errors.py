"""What Redis and its client raise, as a `GatewayError` with one sentence for a person.

Redis begins a refusal with a word (redis.io, "Redis serialization protocol": simple errors); the client has
an exception for some of them and takes that word away.
"""

from __future__ import annotations

import re
import ssl

import redis
from redis import exceptions

from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.errors import Forbidden, GatewayError, Rejected, Unreachable

CLUSTER = "it is part of a Redis Cluster, which is not supported here"
# What Redis was sent stands in its refusal of an unknown command: a password, where that is AUTH.
_ARGUMENTS = re.compile(r",? with args beginning with:.*", re.DOTALL)
_COMMAND = re.compile(r"to run the '([^']+)' command")
# By exception, and by the word that an answer begins with: what it means.
_STATES: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.BusyLoadingError, "is still loading its data"),
    (exceptions.ReadOnlyError, "takes no writes: it is a read-only replica"),
    (exceptions.OutOfMemoryError, "takes no writes: its memory is full (maxmemory)"),
    (exceptions.MaxConnectionsError, "is asked by too many calls of this program at once"),
    (exceptions.MasterDownError, "is a replica that has lost its master"),
    (exceptions.ClusterDownError, f"does not serve: {CLUSTER}, and that cluster is down"),
)
_WORDS = {
    "LOADING": "is still loading its data",
    "READONLY": "takes no writes: it is a read-only replica",
    "OOM": "takes no writes: its memory is full (maxmemory)",
    "MISCONF": "takes no writes: it cannot save to its disk",
    "NOREPLICAS": "takes no writes: too few replicas follow it",
    "BUSY": "is busy with a script and answers nothing else",
    "MASTERDOWN": "is a replica that has lost its master",
}


class ToldError(redis.AuthenticationError):
    """Why no connection could be made, in words already. The client cleans up after its own errors alone."""

    def __init__(self, why: GatewayError) -> None:
        super().__init__(why.what)
        self.why = why


def gateway_error(address: RedisAddress, error: Exception) -> GatewayError:
    """The same in words; `error` is one of redis-py's, or what a socket or a look-up of a name raised."""
    where = f"The store at {address.where}"
    if isinstance(error, ToldError):
        return error.why
    state = next((words for kind, words in _STATES if isinstance(error, kind)), "")
    state = state or _WORDS.get(str(error).partition(" ")[0], "")
    if state:
        return Unreachable(f"{where} {state}.")
    if isinstance(error, exceptions.MovedError | exceptions.AskError):
        return Rejected(f"{where} holds a part of the keys alone: {CLUSTER}.")
    if isinstance(error, exceptions.NoPermissionError) or str(error).startswith("NOPERM"):
        return _not_permitted(where, address, str(error))
    if isinstance(error, redis.AuthenticationError) or str(error).startswith(("NOAUTH", "WRONGPASS")):
        return Forbidden(f"{where} refuses us: {_ended(error)}", hint="Check its user and password.")
    if isinstance(error, UnicodeError) and "idna" not in str(error):
        return Rejected(f"{where} cannot be told that: what was given, or its password, is not UTF-8.")
    if isinstance(error, redis.TimeoutError):
        return Unreachable(f"{where} did not answer in time.")
    if "max number of clients" in str(error):
        return Unreachable(f"{where} takes no more connections: its maxclients is reached.")
    if isinstance(error, redis.ConnectionError | OSError | UnicodeError):
        return Unreachable(f"{where} cannot be reached{_reason(error, address)}.")
    return Rejected(f"{where} refuses: {_ended(error)}")


def untrusted(address: RedisAddress, error: ssl.SSLError) -> GatewayError:
    """Why a TLS handshake failed."""
    where = f"The store at {address.where}"
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message or "it cannot be verified"
        hint = (
            "Name its CA: DACA_REDIS_CA=ca.pem, or redis_ca in a static file. To trust any certificate, as "
            "Dapr did before 1.18: DACA_REDIS_INSECURE=true, which tells the password to whoever is between."
        )
        return Unreachable(f"{where} has a certificate that is not trusted: {why}.", hint=hint)
    reason = str(error.reason or "the connection was closed").replace("_", " ").lower()
    hint = "Does this port speak TLS, and does it ask for no client certificate? These are not supported."
    return Unreachable(f"{where} made no TLS connection: {reason}.", hint=hint)


def _not_permitted(where: str, address: RedisAddress, said: str) -> Forbidden:
    command = _COMMAND.search(said)
    user = address.username or "default"
    grant = f"ACL SETUSER {user} +{command[1]}" if command else f"ACL GETUSER {user}"
    said = said.removeprefix("NOPERM ")
    return Forbidden(f"{where} does not permit it: {_ended(said)}", hint=f"In its redis-cli: {grant}")


def _reason(error: Exception, address: RedisAddress) -> str:
    """What the system says, where it does; redis-py's own words repeat the address."""
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, UnicodeError):
        return ": its host is no name"
    ended = isinstance(cause, ssl.SSLError | ConnectionResetError | BrokenPipeError)
    if ended or "closed by server" in str(error).lower():
        wanted = "a certificate of its clients (not supported here)" if address.tls else "TLS"
        return f": it ended the connection, as one also does that wants {wanted}"
    return f": {cause.strerror.lower()}" if isinstance(cause, OSError) and cause.strerror else ""


def _ended(said: object) -> str:
    return f"{_ARGUMENTS.sub('', str(said)).rstrip('.')}."
