-- What findings say of the rule and of the place that breaks it: the same for all reports, and filled in once each.
-- A rule over each cell of a table breaks at cells; `cell_no` is 0 where the place itself is meant.
with places as (
    select * from {{ ref('int_rule_places') }}
    where gives_finding
),

form_cells as (
    select * from {{ ref('int_form_cells') }}
),

rule_words as (
    select * from {{ ref('finding_rules') }}
),

rule_texts as (
    select
        rule_key,
        min(text_zh) as text_zh,
        min(text_en) as text_en
    from {{ ref('rules') }}
    group by rule_key
),

quantities as (
    select * from {{ ref('operand_quantities') }}
),

row_labels as (
    select
        table_key,
        row_key,
        max(row_label) as row_label,
        max(row_name_en) as row_name_en
    from {{ ref('form_rows') }}
    group by table_key, row_key
),

column_labels as (
    select
        table_key,
        column_key,
        max(column_label) as column_label,
        max(column_name_en) as column_name_en
    from {{ ref('form_columns') }}
    group by table_key, column_key
),

cells_of_tables as (
    select
        result_no,
        rule_key,
        unnest(terms, recursive := true)  -- noqa: AL03
    from places
    where result_per = 'table'
),

broken_at as (
    select
        result_no,
        cast(0 as usmallint) as cell_no,
        rule_key,
        table_key,
        row_key,
        column_key,
        quantity
    from places
    union all by name
    select
        cells_of_tables.result_no,
        form_cells.cell_no,
        cells_of_tables.rule_key,
        form_cells.table_key,
        form_cells.row_key,
        form_cells.column_key
    from cells_of_tables
    inner join form_cells on cells_of_tables.cell_no = form_cells.cell_no
)

select
    broken_at.*,
    rule_words.severity,
    {{ fill_message('rule_words.message_zh', {'row': 'row_labels.row_label', 'column': 'column_labels.column_label',
        'quantity': 'quantities.name_zh', 'text': 'rule_texts.text_zh'}) }} as message_zh,
    {{ fill_message('rule_words.message_en', {'row': 'row_labels.row_name_en', 'column': 'column_labels.column_name_en',
        'quantity': 'quantities.name_en', 'text': 'rule_texts.text_en'}) }} as message_en
from broken_at
inner join rule_texts on broken_at.rule_key = rule_texts.rule_key
inner join rule_words on split_part(broken_at.rule_key, ':', 1) = rule_words.rule_key
left join row_labels
    on broken_at.table_key = row_labels.table_key and broken_at.row_key = row_labels.row_key
left join column_labels
    on broken_at.table_key = column_labels.table_key and broken_at.column_key = column_labels.column_key
left join quantities on broken_at.quantity = quantities.quantity
order by broken_at.result_no, broken_at.cell_no
