-- Cells as they are kept: numbers for the report, the cell of the form and all words, in the order of both numbers.
-- There is a row a report and cell, and keys of 64 characters and labels would be most of the warehouse.
with cells as (
    select * from {{ ref('int_corrected_cells') }}
),

form_cells as (
    select * from {{ ref('int_form_cells') }}
),

words as (
    select * from {{ ref('int_cell_words') }}
)

select
    cells.report_no,
    form_cells.cell_no,
    raw_values.word_no as raw_value_no,
    cells.value,
    cast(
        cells.value_state
        as enum('number', 'zero', 'blank', 'not_applicable', 'text', 'ambiguous', 'absent')
    ) as value_state,
    cast(cells.value_basis as enum('read', 'realigned', 'corrected')) as value_basis,
    units.word_no as printed_unit_no,
    unit_bases.word_no as printed_unit_basis_no,
    labels.word_no as matched_label_no,
    aliases.word_no as matched_alias_no,
    cells.label_distance,
    cells.line_start,
    cells.line_end,
    corrected_values.word_no as corrected_value_no,
    cells.value_as_read,
    cast(
        cells.value_state_as_read
        as enum('number', 'zero', 'blank', 'not_applicable', 'text', 'ambiguous', 'absent')
    ) as value_state_as_read
from cells
left join form_cells
    on
        cells.form_version = form_cells.form_version
        and cells.table_key = form_cells.table_key
        and cells.row_key = form_cells.row_key
        and cells.column_key = form_cells.column_key
left join words as raw_values on cells.raw_value = raw_values.word
left join words as units on cells.printed_unit = units.word
left join words as unit_bases on cells.printed_unit_basis = unit_bases.word
left join words as labels on cells.matched_label = labels.word
left join words as aliases on cells.matched_alias = aliases.word
left join words as corrected_values on cells.corrected_value = corrected_values.word
order by cells.report_no, form_cells.cell_no
