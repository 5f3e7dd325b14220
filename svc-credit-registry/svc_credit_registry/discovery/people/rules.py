"""Who may look for enterprises by a person, and on what it rests.

The name of a legal representative is public on the record of his enterprise (市场主体登记管理条例, article 35). To put
together all that one person runs is another purpose, for which the public has no ground (个人信息保护法, articles 6
and 13): so nobody outside searches by a person. Staff may, for a duty (article 34), with a reason that is kept.
"""

from enum import StrEnum

BASIS = "《中华人民共和国个人信息保护法》第六条、第三十四条"
SHOWN = 200


class Role(StrEnum):
    """What a person is to an enterprise."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    KEY_PERSON = "key_person"
