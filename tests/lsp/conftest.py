"""A server process for each test that asks for one."""

from collections.abc import AsyncIterator

import pytest_asyncio
import pytest_lsp
from pytest_lsp import ClientServerConfig, LanguageClient

from tests.lsp.sessions import SERVER, Session


@pytest_lsp.fixture(config=ClientServerConfig(server_command=SERVER))  # type: ignore[untyped-decorator]
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    yield
    await lsp_client.shutdown_session()


@pytest_asyncio.fixture
async def session(client: LanguageClient) -> Session:
    """A session that is still to be initialized."""
    return Session(client)
