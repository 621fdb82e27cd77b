{# A table of the published file, without the file's name: a published view must hold under any name of the file. #}
{% macro in_this_file(relation) -%}
    {{ relation if relation is string else relation.include(database=false) }}
{%- endmacro %}

{# The packed cells with keys and words in the place of numbers. Left joins stand to the right of the cells: rows come in the
   order of the cells where one thread reads them, which is how exports are written. #}
{% macro unpacked_cells(packed, reports, form_cells, words) -%}
select
    reports.report_key,
    reports.body_key,
    reports.report_year,
    form_cells.form_version,
    form_cells.table_key,
    form_cells.row_key,
    form_cells.column_key,
    raw_values.word as raw_value,
    packed.value,
    cast(packed.value_state as varchar) as value_state,
    cast(packed.value_basis as varchar) as value_basis,
    units.word as printed_unit,
    unit_bases.word as printed_unit_basis,
    labels.word as matched_label,
    aliases.word as matched_alias,
    packed.label_distance,
    packed.line_start,
    packed.line_end,
    corrected_values.word as corrected_value,
    packed.value_as_read,
    cast(packed.value_state_as_read as varchar) as value_state_as_read
from {{ packed }} as packed
inner join {{ reports }} as reports on packed.report_no = reports.report_no
inner join {{ form_cells }} as form_cells on packed.cell_no = form_cells.cell_no
left join {{ words }} as raw_values on packed.raw_value_no = raw_values.word_no
left join {{ words }} as units on packed.printed_unit_no = units.word_no
left join {{ words }} as unit_bases on packed.printed_unit_basis_no = unit_bases.word_no
left join {{ words }} as labels on packed.matched_label_no = labels.word_no
left join {{ words }} as aliases on packed.matched_alias_no = aliases.word_no
left join {{ words }} as corrected_values on packed.corrected_value_no = corrected_values.word_no
{%- endmacro %}

{# The packed results of rules with the report and the place where a rule is evaluated in the place of numbers. #}
{% macro unpacked_rule_results(packed, reports, places) -%}
select
    reports.report_key,
    reports.body_key,
    reports.report_year,
    places.rule_key,
    places.table_key,
    places.row_key,
    places.column_key,
    cast(packed.status as varchar) as status,
    packed.expected,
    packed.actual,
    packed.last_year,
    cast(packed.n_operands as bigint) as n_operands,
    cast(packed.n_missing as bigint) as n_missing,
    packed.missing,
    packed.line_start,
    packed.line_end,
    places.quantity,
    places.gives_finding,
    packed.broken_cells
from {{ packed }} as packed
inner join {{ reports }} as reports on packed.report_no = reports.report_no
inner join {{ places }} as places on packed.result_no = places.result_no
{%- endmacro %}

{# The packed findings of rules with their messages. A figure is printed as a person writes it. #}
{% macro unpacked_rule_findings(packed, reports, messages) -%}
select
    figures.* exclude (message_zh, message_en),
    {{ fill_message('message_zh', {'expected': 'expected', 'actual': 'actual', 'last_year': 'last_year', 'words': 'words',
        'raw': 'actual'}) }} as message,
    {{ fill_message('message_en', {'expected': 'expected', 'actual': 'actual', 'last_year': 'last_year', 'words': 'words',
        'raw': 'actual'}) }} as message_en
from (
    select
        reports.report_key,
        reports.report_key as document_id,
        reports.delivery,
        reports.source_path,
        reports.record,
        messages.rule_key,
        packed.nth,
        messages.severity,
        messages.message_zh,
        messages.message_en,
        {{ number_text('round(packed.expected, 6)') }} as expected,
        {{ number_text('round(packed.actual, 6)') }} as actual,
        {{ number_text('round(packed.last_year, 6)') }} as last_year,
        packed.words,
        messages.table_key,
        messages.row_key,
        messages.column_key,
        packed.line_start,
        packed.line_end
    from {{ packed }} as packed
    inner join {{ reports }} as reports on packed.report_no = reports.report_no
    inner join {{ messages }} as messages
        on packed.result_no = messages.result_no and packed.cell_no = messages.cell_no
) as figures
{%- endmacro %}

{# The packed differences of versions with keys and words in the place of numbers. A cell has one place in all editions. #}
{% macro unpacked_cell_differences(packed, reports, form_cells, words) -%}
select
    reports.report_key,
    current_reports.report_key as current_report_key,
    reports.body_key,
    reports.report_year,
    case
        when packed.value_state = 'absent' or packed.current_value_state = 'absent' then 'missing'
        when packed.value is null or packed.current_value is null then 'state'
        else 'value'
    end as difference_kind,
    places.table_key,
    places.row_key,
    places.column_key,
    cast(null as varchar) as quantity,
    packed.value,
    cast(packed.value_state as varchar) as value_state,
    own_words.word as raw_value,
    packed.line_start,
    packed.line_end,
    packed.current_value,
    cast(packed.current_value_state as varchar) as current_value_state,
    current_words.word as current_raw_value,
    packed.current_line_start,
    packed.current_line_end
from {{ packed }} as packed
inner join {{ reports }} as reports on packed.report_no = reports.report_no
inner join {{ reports }} as current_reports on packed.current_no = current_reports.report_no
inner join (
    select distinct
        cell_no // 16 as place,
        table_key,
        row_key,
        column_key
    from {{ form_cells }}
) as places on packed.place = places.place
left join {{ words }} as own_words on packed.raw_value_no = own_words.word_no
left join {{ words }} as current_words on packed.current_raw_value_no = current_words.word_no
{%- endmacro %}
