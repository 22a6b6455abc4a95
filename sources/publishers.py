"""Who is asked: each publisher's address, manners and limits. A base URL is a setting.

The key of an entry is the publisher's name in settings: ``VOLBRIEF_BASE_URLS__CBOE``.
"""

from collections.abc import Mapping
from dataclasses import replace

from sources.errors import SourceError
from sources.request import MIB, Publisher

_HONEST = "volbrief/0.1 (a local research tool; one run a day)"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0"


PUBLISHERS: dict[str, Publisher] = {
    "cboe": Publisher("Cboe", "https://cdn.cboe.com", _BROWSER, byte_cap=64 * MIB,
                      request_seconds=60.0),
    "cfe": Publisher("Cboe Futures Exchange", "https://www.cboe.com", _BROWSER,
                     allowed_hosts=("www-api.cboe.com",)),
    "cfe_files": Publisher("Cboe Futures Exchange files", "https://cdn.cboe.com", _BROWSER),
    "treasury": Publisher("US Treasury", "https://home.treasury.gov", _HONEST,
                          request_seconds=60.0, source_seconds=240.0, silent_seconds=25.0),
    "fred": Publisher("FRED", "https://fred.stlouisfed.org", _HONEST, spacing_seconds=0.25,
                      source_seconds=240.0, silent_seconds=20.0),
    "fred_api": Publisher("ALFRED", "https://api.stlouisfed.org", _HONEST, spacing_seconds=0.5),
    "damodaran": Publisher("Aswath Damodaran, NYU Stern", "https://pages.stern.nyu.edu", _HONEST),
    "shiller": Publisher("Robert J. Shiller", "https://shillerdata.com", _HONEST,
                         allowed_hosts=("www.shillerdata.com",)),
    "shiller_files": Publisher("Robert J. Shiller files", "https://img1.wsimg.com", _HONEST),
    "shiller_mirror": Publisher("Robert J. Shiller (datasets mirror)",
                                "https://raw.githubusercontent.com", _HONEST),
    "fed": Publisher("Federal Reserve", "https://www.federalreserve.gov", _HONEST,
                     spacing_seconds=0.5),
    "bls": Publisher("US Bureau of Labor Statistics", "https://api.bls.gov", _HONEST),
    "bis": Publisher("Bank for International Settlements", "https://stats.bis.org", _HONEST,
                     spacing_seconds=1.0),
    "breadth": Publisher("NYSE breadth archive", "http://unicorn.us.com", _HONEST),
    "wsj": Publisher("Wall Street Journal", "https://www.wsj.com", _BROWSER),
    "sec": Publisher("SEC", "https://www.sec.gov", _HONEST, spacing_seconds=0.15,
                     byte_cap=96 * MIB),
    "nasdaq": Publisher("Nasdaq", "https://api.nasdaq.com", _BROWSER),
    "defillama": Publisher("DefiLlama", "https://api.llama.fi", _HONEST),
    "yahoo": Publisher("Yahoo", "https://query1.finance.yahoo.com", _BROWSER,
                       spacing_seconds=1.0),
}  # fmt: skip


def publishers(base_urls: Mapping[str, str], contact: str = "") -> dict[str, Publisher]:
    """Every publisher, at the base URLs that the user set.

    Args:
        base_urls: address by publisher key, for mirrors, proxies and tests.
        contact: an e-mail address for publishers that ask for one in the agent.

    Raises:
        SourceError: a key that is no publisher's, or an address that cannot be a base URL.
    """
    if unknown := sorted(set(base_urls) - set(PUBLISHERS)):
        raise SourceError(
            f"base URLs: {', '.join(unknown)} is no publisher; accepted are "
            f"{', '.join(PUBLISHERS)}; correct the setting"
        )
    found = dict(PUBLISHERS)
    if contact:
        found["sec"] = replace(found["sec"], user_agent=f"volbrief/0.1 {contact}")
    # Manners are owed to the publisher's own address; a mirror of the user's own is in no hurry.
    elsewhere = {
        key: replace(found[key], base_url=url, spacing_seconds=0.0)
        for key, url in base_urls.items()
    }
    return found | elsewhere
