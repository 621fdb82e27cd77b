-- What is printed in and beside cells, each wording once: reports repeat each other's labels and figures.
-- DuckDB writes down what is asked for twice, and this would be two hundred rows a report.
with cells as not materialized (
    select * from {{ ref('stg_cells') }}
),

corrections as (
    select * from {{ ref('stg_corrections') }}
),

words as (
    select raw_value as word from cells
    union
    select matched_label as word from cells
    union
    select matched_alias as word from cells
    union
    select printed_unit as word from cells
    union
    select printed_unit_basis as word from cells
    union
    select corrected_value as word from corrections
    union
    select printed_unit as word from corrections
    union
    select 'cell' as word
)

select
    cast(row_number() over (order by word) as uinteger) as word_no,
    word
from words
where word is not null
