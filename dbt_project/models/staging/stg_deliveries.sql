with source as (
    select * from {{ source('staging_frames', 'deliveries') }}
)

select * from source
