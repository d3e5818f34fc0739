from chalicelib.domain.requests.result_formats import RESULT_KINDS, TABLES, ResultTable


def test_every_table_but_none_has_a_content_type_and_a_kind() -> None:
    assert set(TABLES) == set(ResultTable) - {ResultTable.NONE}
    for table, content_type in TABLES.items():
        assert table.content_type == content_type
        assert RESULT_KINDS[table] == (content_type,)


def test_no_content_type_is_of_two_kinds() -> None:
    content_types = [content_type for kind in RESULT_KINDS.values() for content_type in kind]
    assert len(set(content_types)) == len(content_types)
