-- Amounts of the forms in yuan. `rounding` is half a unit of the last place that was printed: 12.35 in ten thousand
-- yuan may stand for anything within 50 yuan. A written 0 is 0.
with packed as (
    select * from {{ ref('int_packed_cells') }}
),

money_columns as (
    select distinct
        table_key,
        row_key,
        column_key
    from {{ ref('int_form_cells') }}
    where value_type = 'money'
),

money_cells as (
    select
        form_cells.cell_no,
        form_cells.form_version,
        form_cells.table_key,
        form_cells.row_key,
        form_cells.column_key
    from {{ ref('int_form_cells') }} as form_cells
    inner join money_columns
        on
            form_cells.table_key = money_columns.table_key
            and form_cells.row_key = money_columns.row_key
            and form_cells.column_key = money_columns.column_key
),

reports as (
    select * from {{ ref('int_report_numbers') }}
),

words as (
    select * from {{ ref('int_cell_words') }}
),

cells as (
    select
        packed.report_no,
        reports.report_key,
        case when money_cells.table_key = 't2' and money_cells.row_key = 'procurement' then reports.report_key end
            as procurement_key,
        money_cells.form_version,
        money_cells.table_key,
        money_cells.row_key,
        money_cells.column_key,
        packed.value,
        cast(packed.value_state as varchar) as value_state,
        raw_values.word as raw_value,
        units.word as printed_unit,
        corrected_values.word as corrected_value,
        packed.line_start,
        packed.line_end
    from packed
    inner join money_cells on packed.cell_no = money_cells.cell_no
    inner join reports on packed.report_no = reports.report_no
    left join words as raw_values on packed.raw_value_no = raw_values.word_no
    left join words as units on packed.printed_unit_no = units.word_no
    left join words as corrected_values on packed.corrected_value_no = corrected_values.word_no
),

procurement as (
    select * from {{ ref('int_procurement') }}
),

units as (
    select * from {{ ref('units') }}
),

amounts as (
    select
        cells.report_no,
        cells.report_key,
        cells.form_version,
        cells.table_key,
        cells.row_key,
        cells.column_key,
        cells.value,
        cells.value_state,
        coalesce(cells.corrected_value, cells.raw_value) as amount_text,
        coalesce(procurement.amount_unit, cells.printed_unit) as amount_unit,
        cells.line_start,
        cells.line_end
    from cells
    left join procurement on cells.procurement_key = procurement.report_key
)

select
    amounts.* exclude (value, value_state),  -- noqa: RF02
    case when amounts.value = 0 then 0 else amounts.value * cast(units.yuan_factor as double) end as value,
    case
        when amounts.value <> 0 and units.yuan_factor is null then 'of unknown unit' else amounts.value_state
    end as value_state,
    case
        when amounts.value = 0 then 0
        else
            0.5 * cast(units.yuan_factor as double)
            / pow(10, length(regexp_extract(amounts.amount_text, '[.．]([0-9０-９]+)', 1)))
    end as rounding
from amounts
left join units on amounts.amount_unit = units.unit
order by amounts.report_no, amounts.form_version, amounts.table_key, amounts.row_key, amounts.column_key
