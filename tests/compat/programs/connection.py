"""Connects the unmodified Python client to a server that is running elsewhere."""
from mgraph_ai_service_cache_client.client.cache_client.Cache__Service__Client import Cache__Service__Client
from osbot_fast_api.services.registry.Fast_API__Service__Registry import fast_api__service__registry
from osbot_fast_api.services.schemas.registry.Fast_API__Service__Registry__Client__Config import Fast_API__Service__Registry__Client__Config
from osbot_fast_api.services.schemas.registry.enums.Enum__Fast_API__Service__Registry__Client__Mode import Enum__Fast_API__Service__Registry__Client__Mode


def connect(url, key, key_name='x-api-key'):
    """The client, set up as register_cache_service__remote does it, which lives in the server's package."""
    fast_api__service__registry.register(Cache__Service__Client, Fast_API__Service__Registry__Client__Config(
        mode=Enum__Fast_API__Service__Registry__Client__Mode.REMOTE, base_url=url, api_key_name=key_name, api_key_value=key))
    return Cache__Service__Client()


def equal(got, want, what):
    """What was read is what it has to be."""
    assert got == want, f'{what}: {got!r:.600} is not {want!r:.600}'
